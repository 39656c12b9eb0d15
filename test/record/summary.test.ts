import { execFileSync, spawnSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryName } from '../../src/record/files.js';
import { writeSummary } from '../../src/record/summary.js';
import type { TrainEvent } from '../../src/train/events.js';
import { runConfig } from '../support/runs.js';
import { temporaryFolder } from './helpers.js';
import { ends, makeRun } from './run-folders.js';

const header = 'seed,epochs,last_test_accuracy,best_test_accuracy,best_epoch,outcome\n';
const config = runConfig({ epochs: 3, seeds: [42, 52, 62] });
const { finished, failed, interrupted } = ends;

async function record(
  folder: string,
  seed: number,
  accuracies: readonly number[],
  end: TrainEvent | undefined,
  own: unknown = config,
): Promise<void> {
  await makeRun(folder, seed, { accuracies, end, config: own });
}

function summaryOf(folder: string): Promise<string> {
  return readFile(join(folder, 'summary.csv'), 'utf8');
}

describe('writeSummary', () => {
  it('has a row per seed, then mean and sample std', async () => {
    const folder = await temporaryFolder();
    await record(folder, 62, [0.125, 0.5, 0.25], finished);
    await record(folder, 42, [0.125, 0.25, 0.5], finished);
    await record(folder, 52, [0.75, 0.75, 0.75], finished);
    await writeSummary(folder, { seeds: [42, 52, 62], config });
    // Last: 0.5, 0.75, 0.25: mean 0.5, squares 0 + 1/16 + 1/16, std sqrt(1/16) = 0.25.
    // Best: 0.5, 0.75, 0.5: mean 7/12, squares 1/144 + 4/144 + 1/144, std sqrt(1/48).
    const [lastLines, std] = (await summaryOf(folder)).split('\nstd,,0.25,');
    expect(lastLines).toBe(
      `${header}42,3,0.5,0.5,3,finished\n52,3,0.75,0.75,1,finished\n62,3,0.25,0.5,2,finished\nmean,,0.5,${1.75 / 3},,`,
    );
    expect(Number(std?.split(',')[0])).toBeCloseTo(Math.sqrt(1 / 48), 12);
  });

  it('leaves the std of a single seed empty', async () => {
    const folder = await temporaryFolder();
    await record(folder, 42, [0.25], finished);
    await writeSummary(folder, { seeds: [42], config });
    expect(await summaryOf(folder)).toBe(`${header}42,1,0.25,0.25,1,finished\nmean,,0.25,0.25,,\nstd,,,,,\n`);
  });

  it('shows seeds without a result as such and does not count them', async () => {
    const folder = await temporaryFolder();
    await record(folder, 1, [0.5, 0.25], finished);
    await record(folder, 2, [0.9], failed);
    await record(folder, 3, [0.9], interrupted);
    await record(folder, 4, [0.9, 0.9], undefined);
    const summary = await writeSummary(folder, { seeds: [1, 2, 3, 4, 5], config });
    expect(await summaryOf(folder)).toBe(
      `${header}1,2,0.25,0.5,1,finished\n2,1,,,,failed\n3,1,,,,interrupted\n4,2,,,,running\n5,0,,,,not-started\n` +
        'mean,,0.25,0.5,,\nstd,,,,,\n',
    );
    expect(summary.seeds.map(({ outcome }) => outcome)).toEqual([
      'finished',
      'failed',
      'interrupted',
      'running',
      'not-started',
    ]);
  });

  it('counts seeds of earlier commands, but not those trained with another configuration', async () => {
    const folder = await temporaryFolder();
    await record(folder, 42, [0.25], finished, { ...config, seeds: [42], log: { everySteps: 5 } });
    await record(folder, 52, [0.75], finished, { ...config, epochs: 200 });
    await writeSummary(folder, { seeds: [62], config });
    expect(await summaryOf(folder)).toBe(
      `${header}42,1,0.25,0.25,1,finished\n52,1,,,,other-config\n62,0,,,,not-started\nmean,,0.25,0.25,,\nstd,,,,,\n`,
    );
  });

  it('does not count a finished seed whose files are no longer as the run wrote them', async () => {
    const folder = await temporaryFolder();
    await record(folder, 1, [0.5, 0.25], finished);
    await record(folder, 2, [0.5, 0.75], finished);
    await record(folder, 3, [0.5, 0.75], finished);
    const file = join(folder, 'seed-2', 'metrics.csv');
    await writeFile(file, (await readFile(file, 'utf8')).replace('0.75', '0.85'));
    await appendFile(join(folder, 'seed-3', 'gradients.csv'), '3,');
    const { seeds } = await writeSummary(folder, { seeds: [], config });
    expect(await summaryOf(folder)).toBe(
      `${header}1,2,0.25,0.5,1,finished\n2,0,,,,damaged\n3,0,,,,damaged\nmean,,0.25,0.5,,\nstd,,,,,\n`,
    );
    expect(seeds.map(({ reason }) => reason)).toEqual([
      undefined,
      `${file} is not as the run wrote it: it was changed.`,
      expect.stringMatching(
        /seed-3.gradients\.csv is not as the run wrote it: it has \d+ bytes, the run wrote \d+\./,
      ),
    ]);
  });

  it.each([
    ['a file', (place: string) => writeFile(place, ''), 'ENOTDIR'],
    [
      'a folder with junk',
      async (place: string) => {
        await mkdir(place);
        await writeFile(join(place, 'metrics.csv'), 'a,b\n');
      },
      'metrics.csv',
    ],
    [
      'a folder with a pipe',
      async (place: string) => {
        await mkdir(place);
        execFileSync('mkfifo', [join(place, 'manifest.json')]);
      },
      'it is a pipe, not a file',
    ],
    ['a link that leads round in a circle', (place: string) => symlink(place, place), 'ELOOP'],
  ])('names %s in the place of a seed, and counts the others', async (_, put, reason) => {
    const folder = await temporaryFolder();
    await record(folder, 1, [0.5, 0.25], finished);
    await put(join(folder, 'seed-99'));
    const { seeds } = await writeSummary(folder, { seeds: [1], config });
    expect(await summaryOf(folder)).toBe(
      `${header}1,2,0.25,0.5,1,finished\n99,0,,,,damaged\nmean,,0.25,0.5,,\nstd,,,,,\n`,
    );
    expect(seeds[1]?.reason).toContain(reason);
    expect(seeds[1]?.reason).toContain(join(folder, 'seed-99'));
  });

  it('clears away what a process that is gone left half-written, and nothing of one that works', async () => {
    const folder = await temporaryFolder();
    const own = temporaryName(join(folder, 'summary.csv'));
    const gone = spawnSync('true').pid;
    await writeFile(own, '');
    await writeFile(own.replace(`-${process.pid}.`, `-${gone}.`), '');
    await writeSummary(folder, { seeds: [], config });
    expect((await readdir(folder)).sort()).toEqual(['summary.csv', basename(own)].sort());
  });
});
