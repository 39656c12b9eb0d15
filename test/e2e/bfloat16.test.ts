import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { hasBfloat16 } from '../../src/tensor/tensorflow/kernel-library.js';
import { probeNative } from '../../src/tensor/tensorflow/native-probe.js';
import { manifestOf, resultsOf } from './results.js';
import { ganBench, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

const native = await probeNative();
const kernels = native.state === 'ready' ? native.kernels : undefined;
const isThere = kernels !== undefined && hasBfloat16(kernels);

describe.skipIf(!isThere)('a run in bfloat16', { timeout: 120_000 }, () => {
  let args: string[];
  let first: string;
  let uninterrupted: Record<string, string>;

  const place = async () => {
    const out = await temporaryFolder();
    return { out, directory: path.join(out, 'tiny', 'seed-7') };
  };
  const runIn = (out: string, threads: string, more: readonly string[] = []) =>
    ganBench([...args, '--out', out, ...more], { env: { TF_NUM_INTRAOP_THREADS: threads } });

  beforeAll(async () => {
    const changes = { epochs: 2, precision: 'bfloat16' };
    args = [
      'run',
      await writeConfig(await temporaryFolder(), changes),
      '--backend',
      'tensorflow',
      '--offline',
    ];
    const { out, directory } = await place();
    expect(await runIn(out, '2')).toMatchObject({ code: 0 });
    first = out;
    uninterrupted = await resultsOf(directory);
  }, 120_000);

  it.each(['1', '2', '3'])('gives the same bytes when it is repeated on %s threads', async (threads) => {
    const { out, directory } = await place();
    expect(await runIn(out, threads)).toMatchObject({ code: 0 });
    expect(await resultsOf(directory)).toEqual(uninterrupted);
  });

  it('gives other bytes than in float32', async () => {
    const { out, directory } = await place();
    expect(await runIn(out, '2', ['--set', 'precision=float32'])).toMatchObject({ code: 0 });
    const { weights } = await resultsOf(directory);
    expect(weights).not.toBe(uninterrupted['weights']);
  });

  it('gives the same bytes when it is interrupted and resumed', async () => {
    const { out, directory } = await place();
    const running = start([...args, '--out', out]);
    await stepsLogged(running, directory, 12);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(await runIn(out, '2', ['--resume'])).toMatchObject({ code: 0 });
    expect(await resultsOf(directory)).toEqual(uninterrupted);
  });

  it('is named in the manifest', async () => {
    const { engine } = await manifestOf(path.join(first, 'tiny', 'seed-7'));
    expect(engine).toMatchObject({ backend: 'tensorflow', precision: 'bfloat16' });
  });

  it('is not resumed in float32, and the key is named', async () => {
    const { code, stderr } = await runIn(first, '2', ['--resume', '--set', 'precision=float32']);
    expect(code).toBe(2);
    expect(stderr).toContain('precision: was "bfloat16", now "float32"');
    expect(stderr).not.toMatch(stackTrace);
    expect(await resultsOf(path.join(first, 'tiny', 'seed-7'))).toEqual(uninterrupted);
  });

  it('is refused where the kernels are turned off, with the reason', async () => {
    const { out } = await place();
    const off = { env: { GAN_BENCH_KERNELS: 'off' } };
    const { code, stderr } = await ganBench([...args, '--out', out], off);
    expect(code).toBe(1);
    expect(stderr).toContain('precision: "bfloat16" is not to be had here: ');
    expect(stderr).toContain('GAN_BENCH_KERNELS is "off"');
    expect(stderr).not.toMatch(stackTrace);
  });
});
