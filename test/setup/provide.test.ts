import { describe, expect, it } from 'vitest';

import { SetupFailure } from '../../src/setup/failure.js';
import type { Progress } from '../../src/setup/progress.js';
import { provideLibrary, type Situation, type Strategy } from '../../src/setup/provide.js';
import { summarize } from '../../src/setup/summary.js';
import type { NativeStatus } from '../../src/tensor/tensorflow/native-probe.js';
import { readyStatus as ready } from '../support/native-status.js';

const silent: Progress = { isTerminal: false, stage: async (_, work) => await work(), note: () => undefined };
const broken: NativeStatus = { state: 'unusable', reason: 'not set up' };

/** A machine on which a library works from the moment that one of the working strategies has run. */
function machine(options: { installed?: boolean; strategies: (Partial<Strategy> & { works: boolean })[] }) {
  const tried: string[] = [];
  let works = options.installed ?? false;
  const situation: Situation = {
    force: false,
    inspect: () => Promise.resolve(undefined),
    probe: () => Promise.resolve(works ? ready : broken),
    accepts: () => true,
    progress: silent,
    strategies: options.strategies.map((strategy, index) => ({
      name: `strategy ${index}`,
      attempt: () => {
        tried.push(`strategy ${index}`);
        works = strategy.works;
        return Promise.resolve();
      },
      ...strategy,
    })),
  };
  return { situation, tried };
}

const failing = (reason: string, advice: string): Pick<Strategy, 'attempt'> => ({
  attempt: () => Promise.reject(new SetupFailure(reason, advice)),
});

describe('provideLibrary', () => {
  it('leaves a library alone that loads', async () => {
    const { situation, tried } = machine({ installed: true, strategies: [{ works: true }] });
    expect(await provideLibrary(situation)).toEqual({ status: ready, failures: [], alreadyThere: true });
    expect(tried).toEqual([]);
  });

  it('goes on when the library that loads is not the one asked for, or when forced', async () => {
    for (const change of [{ accepts: () => false }, { force: true }]) {
      const { situation, tried } = machine({ installed: true, strategies: [{ works: true }] });
      expect(await provideLibrary({ ...situation, ...change })).toMatchObject({ alreadyThere: false });
      expect(tried).toEqual(['strategy 0']);
    }
  });

  it('tries one strategy after the other until a library loads', async () => {
    const { situation, tried } = machine({
      strategies: [
        { works: false, ...failing('no pip', '') },
        { works: false },
        { works: true },
        { works: true },
      ],
    });
    const { status, failures } = await provideLibrary(situation);
    expect(status).toEqual(ready);
    expect(failures.map(({ reason }) => reason)).toEqual(['no pip', 'not set up']);
    expect(tried).toEqual(['strategy 1', 'strategy 2']);
  });

  it('provides a library anew whose files have changed, and does not load it', async () => {
    const { situation, tried } = machine({ installed: true, strategies: [{ works: true }] });
    let probed = 0;
    const outcome = await provideLibrary({
      ...situation,
      inspect: () => Promise.resolve('libtensorflow_cc.so.2 has 7 bytes'),
      probe: () => {
        probed += 1;
        expect(tried).toEqual(['strategy 0']);
        return situation.probe();
      },
    });
    expect(outcome).toEqual({ status: ready, failures: [], alreadyThere: false });
    expect(probed).toBe(1);
  });

  it('takes a folder that cannot be written for a failed strategy, and a fault of its own for a fault', async () => {
    const denied = Object.assign(new Error('EACCES: permission denied, mkdir'), { syscall: 'mkdir' });
    const { situation } = machine({ strategies: [{ works: false, attempt: () => Promise.reject(denied) }] });
    expect((await provideLibrary(situation)).failures[0]).toMatchObject({ reason: denied.message });
    const fault = machine({
      strategies: [{ works: false, attempt: () => Promise.reject(new TypeError('x')) }],
    });
    await expect(provideLibrary(fault.situation)).rejects.toThrow(TypeError);
  });
});

describe('summarize', () => {
  const facts = { gpuAsked: false, gpuInstalled: false, gpus: [] };

  it('says which library, version and devices there are', async () => {
    const outcome = await provideLibrary(machine({ installed: true, strategies: [] }).situation);
    const text = summarize({ ...facts, outcome });
    expect(text).toMatch(
      /^TensorFlow 2\.21\.0, native library, already there\n {2}device {2}CPU: Test\n {2}kernels /,
    );
  });

  it('says what is missing, how to get it, and what is used meanwhile, when all failed', async () => {
    const strategies = [
      { works: false, name: 'wheel', ...failing('python3 has no pip', 'apt install python3-pip') },
      { works: false, name: 'installer', ...failing('it failed', 'check the network') },
    ];
    const outcome = await provideLibrary(machine({ strategies }).situation);
    const text = summarize({ ...facts, outcome });
    expect(text).toContain('portable backend (wasm)');
    expect(text).toContain('wheel: python3 has no pip\n    apt install python3-pip');
    expect(text).toContain('installer: it failed\n    check the network');
  });

  it('says for which processor there are kernels', () => {
    const outcome = { status: ready, failures: [], alreadyThere: true };
    expect(summarize({ ...facts, outcome })).toContain('\n  device  CPU: Test\n  kernels for avx2');
  });

  it('says why there are no kernels', () => {
    const kernels = { state: 'missing', reason: 'they are not compiled', fix: 'gan-bench setup' } as const;
    const outcome = { status: { ...ready, kernels }, failures: [], alreadyThere: true };
    expect(summarize({ ...facts, outcome })).toMatch(
      / {2}note {4}there are no kernels .*: they are not compiled$/,
    );
  });

  it('says nothing of kernels for a processor where there is a GPU', () => {
    const outcome = { status: { ...ready, usesGpu: true }, failures: [], alreadyThere: true };
    expect(summarize({ ...facts, outcome })).not.toContain('kernels');
  });

  it('points out a GPU that is not used', () => {
    const outcome = { status: ready, failures: [], alreadyThere: true };
    const gpus = ['NVIDIA H200'];
    expect(summarize({ ...facts, outcome, gpus })).toContain('gan-bench setup --gpu');
    expect(summarize({ outcome, gpuAsked: true, gpuInstalled: true, gpus })).toContain('sees none');
  });
});
