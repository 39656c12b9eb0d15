import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { lockHolder, lockRunDirectory } from '../../src/record/lock.js';
import { writeFrozen } from '../../src/sweep/frozen.js';
import { loadSweep } from '../../src/sweep/load.js';
import { readProcessors } from '../../src/sweep/processors.js';
import type { Share } from '../../src/sweep/share.js';
import type { Member } from '../../src/sweep/sweep.js';
import { startWorker, type Worker, type WorkerNews } from '../../src/sweep/worker.js';
import { probeNative } from '../../src/tensor/tensorflow/native-probe.js';
import { checkpointsOf, manifestOf, resultsOf } from '../e2e/results.js';
import { preload, temporaryFolder } from '../e2e/support.js';
import { leftovers, processesWith, toySweep, writeSweep } from '../e2e/sweeps.js';
import { typescriptArguments } from '../support/typescript-child.js';

const TIMEOUT = 240_000;

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Place {
  readonly folder: string;
  readonly file: string;
  readonly member: Member;
}

/** A sweep of one run, frozen: two epochs of two steps, unless changed. */
async function newPlace(changes: object = {}): Promise<Place> {
  const folder = await temporaryFolder();
  const small = {
    model: 'resnet20',
    dataset: { name: 'cifar100-mini', trainSamples: 2, testSamples: 1 },
    ...{ epochs: 2, batchSize: 1, evalBatchSize: 1, optimizer: 'adamw' },
    backend: toySweep.base.backend,
    log: { everySteps: 1 },
  };
  const base = { ...small, output: path.join(folder, 'out'), ...changes };
  const sweep = await loadSweep(
    await writeSweep(folder, { base, grid: {}, cases: [{ name: 'one' }], seeds: [7] }),
  );
  const [member] = sweep.members;
  if (member === undefined) throw new Error('there is no member');
  return { folder, file: await writeFrozen(sweep), member };
}

const anywhere: Share = { processors: undefined, threads: 1, gpu: undefined };

/** Starts the run; the news are kept, and `stepped` waits for the first step. */
function begin({ file, member }: Place, share = anywhere) {
  const news: WorkerNews[] = [];
  let onStep = (): void => undefined;
  const stepped = new Promise<void>((resolve) => (onStep = resolve));
  const onNews = (each: WorkerNews): void => {
    news.push(each);
    if (each.type === 'progress' && each.step > 0) onStep();
  };
  const worker: Worker = startWorker({ file, member, share, args: ['--offline'], onNews });
  // One that ends before its first step fails the test at once.
  return { worker, news, stepped: Promise.race([stepped, worker.ended]) };
}

const saying = (text: string): unknown => expect.stringContaining(text);
const aNumber: unknown = expect.any(Number);

/** Long enough to be stopped. */
const long = { epochs: 100_000 };

describe('a worker', { timeout: TIMEOUT }, () => {
  it('trains its member and tells how it goes; a finished one is left alone', async () => {
    const place = await newPlace();
    const { worker, news } = begin(place);
    expect(await worker.ended).toEqual({ outcome: 'finished' });
    const whole = { type: 'progress', epochs: 2, totalSteps: 4 };
    expect(news[0]).toMatchObject({ ...whole, epoch: 0, step: 0 });
    expect(news.at(-1)).toMatchObject({ ...whole, epoch: 2, step: 4, testAccuracy: aNumber });
    const before = await resultsOf(place.member.directory);
    const again = begin(place);
    expect(await again.worker.ended).toEqual({ outcome: 'finished' });
    expect(again.news).toEqual([]);
    expect(await resultsOf(place.member.directory)).toEqual(before);
    expect(await leftovers(place.folder)).toEqual([]);
  });

  it('saves a checkpoint and ends when it is asked to', async () => {
    const place = await newPlace(long);
    const { worker, stepped } = begin(place);
    await stepped;
    worker.stop();
    expect(await worker.ended).toEqual({ outcome: 'interrupted' });
    const { outcome, attempts } = await manifestOf(place.member.directory);
    expect(outcome).toBe('interrupted');
    const last = String(attempts[0]?.toStep).padStart(8, '0');
    expect((await checkpointsOf(place.member.directory)).at(-1)).toContain(last);
  });

  it('is gone at once when it is killed, and has not failed', async () => {
    const place = await newPlace(long);
    const { worker, stepped } = begin(place);
    await stepped;
    worker.kill();
    expect(await worker.ended).toEqual({ outcome: 'interrupted' });
    expect(await processesWith(place.folder)).toEqual([]);
    expect(await lockHolder(place.member.directory)).toBeUndefined();
    worker.kill();
    worker.stop();
  });

  it('fails when somebody else kills it, which its manifest then says', async () => {
    const place = await newPlace(long);
    const { worker, stepped } = begin(place);
    await stepped;
    const holder = await lockHolder(place.member.directory);
    if (holder !== undefined) process.kill(holder.pid, 'SIGKILL');
    const end = await worker.ended;
    expect(end).toMatchObject({ outcome: 'failed', reason: saying('SIGKILL: perhaps for want of memory') });
    const { outcome, error, attempts } = await manifestOf(place.member.directory);
    expect({ outcome, error }).toEqual(end.outcome === 'failed' && { outcome: 'failed', error: end.reason });
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['failed']);
  });

  it('ends by itself, with a checkpoint, when its parent is killed', async () => {
    const place = await newPlace(long);
    const script = new URL('worker-parent.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, [...typescriptArguments, script, place.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    await vi.waitFor(async () => {
      expect(await processesWith(place.folder)).toEqual([]);
    }, TIMEOUT);
    expect(await manifestOf(place.member.directory)).toMatchObject({ outcome: 'interrupted' });
    expect(await checkpointsOf(place.member.directory)).not.toEqual([]);
  });

  it('that crashes tells what it wrote last', async () => {
    const place = await newPlace();
    vi.stubEnv('NODE_OPTIONS', preload('../sweep/preload/crash.js')['NODE_OPTIONS']);
    expect(await begin(place).worker.ended).toEqual({
      outcome: 'failed',
      reason: 'its process ended with status 134, without a word',
      lastLines: ['terminate called without an active exception', 'no such device'],
    });
  });

  it('that cannot be started fails', async () => {
    const place = await newPlace();
    vi.stubEnv('PATH', '/nowhere');
    const { worker } = begin(place, { ...anywhere, processors: [0] });
    expect(await worker.ended).toMatchObject({
      outcome: 'failed',
      reason: saying('it could not be started: spawn taskset ENOENT'),
    });
  });

  it('leaves a folder alone that another process holds, and one of another experiment', async () => {
    const place = await newPlace();
    const lock = await lockRunDirectory(place.member.directory);
    const held = await begin(place).worker.ended;
    await lock.release();
    expect(held).toEqual({
      outcome: 'held',
      reason: saying(`in use by process ${process.pid}`),
    });

    expect(await begin(place).worker.ended).toEqual({ outcome: 'finished' });
    const other = await newPlace({ epochs: 3, output: path.join(place.folder, 'out') });
    expect(await begin(other).worker.ended).toMatchObject({
      outcome: 'failed',
      reason: saying('epochs: was 2, now 3'),
    });
  });
});

const native = (await probeNative()).state === 'ready';
const { numbers, count } = await readProcessors();

describe.each([
  { backend: 'tensorflow', isThere: native },
  { backend: 'wasm', isThere: true },
])('on $backend', { timeout: TIMEOUT }, ({ backend, isThere }) => {
  it.skipIf(!isThere)('the bytes do not depend on threads and processors', async () => {
    const shares: Share[] = [
      { ...anywhere, threads: 1 },
      { ...anywhere, threads: 2 },
      { ...anywhere, processors: numbers, threads: count },
    ];
    const results = [];
    for (const share of shares) {
      const place = await newPlace({
        backend,
        batchSize: 2,
        dataset: { name: 'cifar100-mini', trainSamples: 4, testSamples: 2 },
      });
      expect(await begin(place, share).worker.ended).toEqual({ outcome: 'finished' });
      results.push(await resultsOf(place.member.directory));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
