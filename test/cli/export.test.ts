import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/program.js';
import { temporaryFolder } from '../record/helpers.js';
import { ends, makeRun } from '../record/run-folders.js';
import { readEvents } from '../report/event-reader.js';
import { runConfig } from '../support/runs.js';
import { capturePrinted, type Printed } from './printed.js';

let printed: Printed;
beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const configOf = (gradient: string) => runConfig({ name: gradient, epochs: 2, optimizer: { gradient } });
const gan = configOf('gan');

/** adamw with the seeds 1 and 2, and gan with 1, which was killed, in a folder each. */
async function study(folder: string): Promise<void> {
  const { finished } = ends;
  const none = configOf('none');
  await makeRun(join(folder, 'none'), 1, { config: none, accuracies: [0.25, 0.5], end: finished });
  await makeRun(join(folder, 'none'), 2, { config: none, accuracies: [0.5, 0.75], end: finished });
  await makeRun(join(folder, 'gan'), 1, { config: gan, accuracies: [0.25] });
}

async function exported(...args: string[]): Promise<string> {
  printed.out = '';
  expect(await main(['export', ...args])).toBe(0);
  return printed.out;
}

/** A column of a table none of whose fields is quoted. */
function columnOf(csv: string, name: string): (string | undefined)[] {
  const [header = [], ...rows] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((row) => row[header.indexOf(name)]);
}

describe('gan-bench export csv', () => {
  it('has a row a run and epoch, with what varies and how the run stands', async () => {
    const folder = await temporaryFolder();
    await study(folder);
    const csv = await exported('csv', folder);
    expect(csv).toMatch(/^optimizer\.gradient,label,seed,outcome,epoch,step,/);
    expect(columnOf(csv, 'label')).toEqual(['gan', 'adamw', 'adamw', 'adamw', 'adamw']);
    expect(columnOf(csv, 'optimizer.gradient')).toEqual(['gan', 'none', 'none', 'none', 'none']);
    expect(columnOf(csv, 'seed')).toEqual(['1', '1', '1', '2', '2']);
    expect(columnOf(csv, 'outcome')).toEqual(['killed', ...Array<string>(4).fill('finished')]);
    expect(columnOf(csv, 'epoch')).toEqual(['1', '1', '2', '1', '2']);
    expect(columnOf(csv, 'test_accuracy')).toEqual(['0.25', '0.25', '0.5', '0.5', '0.75']);
    expect(printed.err).toBe('');
    const file = join(folder, 'made', 'study.csv');
    expect(await exported('csv', folder, '--out', file)).toBe(`wrote the epochs of 3 runs: ${file}\n`);
    expect(await readFile(file, 'utf8')).toBe(csv);
  });

  it('has a row for each layer with --layers', async () => {
    const folder = await temporaryFolder();
    await study(folder);
    const csv = await exported('csv', folder, '--layers');
    expect(columnOf(csv, 'layer')).toEqual(Array(5).fill(['stem.kernel', 'global']).flat());
    expect(columnOf(csv, 'grad_std').slice(0, 2)).toEqual([String(1 / 3), String(2 / 3)]);
  });

  it('takes columns that only some runs have, and passes over half a row', async () => {
    const folder = await temporaryFolder();
    const old = await makeRun(folder, 1, { accuracies: [0.25] });
    const file = join(old, 'metrics.csv');
    const [header = '', row = ''] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${header},plugged\n${row},7\n2,2`);
    await makeRun(folder, 2, { accuracies: [0.5] });
    const csv = await exported('csv', folder);
    expect(csv).toMatch(/^label,seed,outcome,epoch,.*,plugged\n/);
    expect(columnOf(csv, 'plugged')).toEqual(['7', '']);
  });

  it('tells what is not in it', async () => {
    const folder = await temporaryFolder();
    await study(folder);
    const again = await makeRun(join(folder, 'x'), 1, { config: gan, accuracies: [0.3] });
    const begun = await makeRun(join(folder, 'x'), 2, { config: gan });
    const cut = await makeRun(join(folder, 'x'), 3, { config: gan });
    await writeFile(join(cut, 'metrics.csv'), 'a,b\n1,2\n');
    await mkdir(join(folder, 'seed-9'));
    await writeFile(join(folder, 'seed-9', 'config.json'), '{}');
    expect(columnOf(await exported('csv', folder), 'seed')).toEqual(['1', '1', '1', '2', '2']);
    expect(printed.err).toContain(`leaving out ${again}: seed 1 of gan is there twice`);
    expect(printed.err).toContain(`leaving out ${begun}: it is killed and has completed no epoch`);
    expect(printed.err).toContain(
      `leaving out ${cut}: it is damaged: ${cut}/metrics.csv: is not a metrics.csv`,
    );
    expect(printed.err).toContain(`passing over ${join(folder, 'seed-9')}`);
  });

  it('refuses where there is nothing, or the file cannot be written', async () => {
    const folder = await temporaryFolder();
    expect(await main(['export', 'csv', folder])).toBe(2);
    expect(printed.err).toContain(`${folder}: there are no runs.`);
    await makeRun(folder, 1);
    expect(await main(['export', 'csv', folder])).toBe(2);
    expect(printed.err).toContain('nothing to export: none of 1 run has completed an epoch');
    await study(folder);
    expect(await main(['export', 'csv', folder, '--out', folder])).toBe(1);
    expect(printed.err).toContain(`${folder}: could not be written: a folder is in its place`);
    expect(await main(['export', 'csv', folder, '--out', ''])).toBe(2);
    expect(printed.err).toContain('--out: found ""; allowed: the name of a file');
  });
});

describe('gan-bench export tensorboard', () => {
  const FILE = 'events.out.tfevents.gan-bench';

  it('writes a file for each run and for the mean of what is finished, and the same bytes again', async () => {
    const folder = await temporaryFolder();
    await study(folder);
    const out = join(folder, 'tensorboard');
    const text = `wrote 3 runs and 1 mean: ${out}\nLook at them with: tensorboard --logdir ${out}\n`;
    expect(await exported('tensorboard', folder)).toBe(text);
    expect(await readdir(join(out, 'adamw'))).toEqual(['mean', 'seed-1', 'seed-2']);
    expect(await readdir(join(out, 'gan'))).toEqual(['seed-1']);
    const bytes = await readFile(join(out, 'adamw', 'mean', FILE));
    const [start, ...epochs] = readEvents(bytes);
    expect(start?.version).toBe('brain.Event:2');
    const began = Date.parse('2026-01-02T03:04:05.000Z') / 1000;
    expect(epochs.map(({ step, wallTime }) => [step, wallTime - began])).toEqual([
      [1, expect.closeTo(12.346, 5)],
      [2, expect.closeTo(24.692, 5)],
    ]);
    const accuracies = epochs.map(({ values }) => values.find(({ tag }) => tag === 'metrics/test_accuracy'));
    expect(accuracies).toMatchObject([{ value: 0.375 }, { value: 0.625 }]);
    expect(accuracies[0]?.description).toMatch(/^Mean of 2 seeds\. Share of the test images/);
    expect(epochs[0]?.values.find(({ tag }) => tag === 'grad_std/stem.kernel')?.value).toBe(
      Math.fround(1 / 3),
    );
    expect(await exported('tensorboard', folder)).toBe(text);
    expect((await readFile(join(out, 'adamw', 'mean', FILE))).equals(bytes)).toBe(true);
    expect(printed.err).toBe('');
  });

  it('leaves what an earlier export wrote, and says so', async () => {
    const folder = await temporaryFolder();
    await study(folder);
    const out = join(folder, 'curves');
    await exported('tensorboard', folder, '--out', out);
    await exported('tensorboard', join(folder, 'none'), '--out', out);
    expect(printed.err).toBe(
      `note: ${out} also has what an earlier export wrote, and keeps it: adamw/mean, adamw/seed-1, adamw/seed-2, gan/seed-1\n`,
    );
  });

  it('wants a folder for several places', async () => {
    const folder = await temporaryFolder();
    await study(folder);
    expect(await main(['export', 'tensorboard', join(folder, 'gan'), join(folder, 'none')])).toBe(2);
    expect(printed.err).toContain('--out: name the folder');
  });
});
