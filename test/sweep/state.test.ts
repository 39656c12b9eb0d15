import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { lockRunDirectory } from '../../src/record/lock.js';
import { readManifest } from '../../src/record/manifest.js';
import { memberState, memberStates, strangers } from '../../src/sweep/state.js';
import type { MemberState } from '../../src/sweep/state.js';
import { runConfig } from '../support/runs.js';
import { temporaryFolder } from '../record/helpers.js';
import { ends, makeRun, type MadeRun } from '../record/run-folders.js';
import { memberOf, sweepOf } from './members.js';

/** How a member stands whose run left this. */
async function stateAfter(run: MadeRun, retries = 1): Promise<MemberState> {
  const folder = await temporaryFolder();
  const member = memberOf(folder, 'gan', 42);
  await makeRun(join(folder, 'gan'), 42, { config: member.config, ...run });
  return await memberState(sweepOf(folder, [member], { retries }), member);
}

/** Writes into the manifest of a run that it failed so often, and last ended like this. */
async function failedOften(directory: string, failures: number, outcome: 'failed' | 'interrupted') {
  const manifest = await readManifest(directory);
  const [attempt] = manifest?.attempts ?? [];
  const attempts = [
    ...Array.from({ length: failures }, () => ({ ...attempt, outcome: 'failed' })),
    { ...attempt, outcome: 'killed' },
  ];
  await writeFile(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, outcome, attempts }));
}

describe('how a member stands', () => {
  it.each([
    ['finished', ends.finished],
    ['interrupted', ends.interrupted],
    ['failed', ends.failed],
    ['interrupted', undefined],
  ] as const)('is %s as its run ended', async (standing, end) => {
    const state = await stateAfter({ accuracies: [0.25, 0.5], end });
    expect(state).toMatchObject({ standing, problems: [], failures: standing === 'failed' ? 1 : 0 });
    expect(state.run).toMatchObject({ epoch: 2, epochs: 3, experiment: 'gan' });
  });

  it('is waiting without a folder, and in one where no more than the configuration was written', async () => {
    const folder = await temporaryFolder();
    const [none, begun] = [memberOf(folder, 'gan', 1), memberOf(folder, 'gan', 2)];
    await mkdir(begun.directory, { recursive: true });
    await writeFile(join(begun.directory, 'config.json'), JSON.stringify(begun.config));
    const states = await memberStates(sweepOf(folder, [none, begun]));
    expect(states.map(({ standing, member }) => [member.seed, standing])).toEqual([
      [1, 'waiting'],
      [2, 'waiting'],
    ]);
  });

  it('is running by the lock, before anything else is there too', async () => {
    const folder = await temporaryFolder();
    const members = [memberOf(folder, 'gan', 1), memberOf(folder, 'gan', 2)];
    await makeRun(join(folder, 'gan'), 2, { config: members[1]?.config });
    const locks = await Promise.all(members.map(({ directory }) => lockRunDirectory(directory)));
    for (const state of await memberStates(sweepOf(folder, members))) {
      expect(state).toMatchObject({ standing: 'running', holder: { pid: process.pid, isHere: true } });
    }
    for (const lock of locks) await lock.release();
  });

  it('is given-up after one failure more than there are retries, whatever else ended its attempts', async () => {
    const folder = await temporaryFolder();
    const member = memberOf(folder, 'gan', 42);
    const directory = await makeRun(join(folder, 'gan'), 42, { config: member.config, end: ends.failed });
    await failedOften(directory, 2, 'failed');
    const standing = async (retries: number): Promise<MemberState> =>
      await memberState(sweepOf(folder, [member], { retries }), member);
    expect(await standing(2)).toMatchObject({ standing: 'failed', failures: 2 });
    expect(await standing(1)).toMatchObject({ standing: 'given-up', failures: 2 });
    await failedOften(directory, 2, 'interrupted');
    expect(await standing(1)).toMatchObject({ standing: 'interrupted', failures: 2 });
  });

  it('is of another experiment where the configuration differs in what is trained', async () => {
    const other = runConfig({ name: 'other', epochs: 4, log: { everySteps: 7 } });
    expect(await stateAfter({ config: other, end: ends.finished, accuracies: [0.5] })).toMatchObject({
      standing: 'other-experiment',
      problems: ['epochs: was 4, now 3'],
    });
  });

  it('is damaged where files are missing, cannot be read or are not as a finished run left them', async () => {
    const folder = await temporaryFolder();
    const names = ['config', 'manifest', 'metrics', 'nothing'] as const;
    const members = names.map((name) => memberOf(folder, name, 1));
    for (const [index, name] of names.entries()) {
      const config = members[index]?.config;
      await makeRun(join(folder, name), 1, { config, accuracies: [0.5], end: ends.finished });
    }
    await rm(join(folder, 'config', 'seed-1', 'config.json'));
    await writeFile(join(folder, 'manifest', 'seed-1', 'manifest.json'), '{"format": 1');
    await writeFile(join(folder, 'metrics', 'seed-1', 'metrics.csv'), 'epoch\n');
    for (const file of ['config.json', 'manifest.json']) await rm(join(folder, 'nothing', 'seed-1', file));
    const states = await memberStates(sweepOf(folder, members));
    for (const [index, name] of names.entries()) {
      expect(states[index]).toMatchObject({ standing: 'damaged' });
      expect(states[index]?.problems).toHaveLength(1);
      expect(states[index]?.problems.join()).toContain(name === 'nothing' ? 'no manifest.json' : name);
    }
  });
});

describe('strangers', () => {
  it('are the runs in the folder of the sweep that are of no member', async () => {
    const folder = await temporaryFolder();
    const member = memberOf(folder, 'gan', 42);
    const of = async (name: string, seed: number) => await makeRun(join(folder, name), seed);
    await of('gan', 42);
    const left = [await of('adamw', 42), await of('gan', 7)];
    const found = await strangers(sweepOf(folder, [member]));
    expect(found.map(({ directory }) => directory)).toEqual(left);
    expect(await strangers(sweepOf(join(folder, 'none'), [member]))).toEqual([]);
  });
});
