import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../src/record/metrics.js';
import { csvRecorder } from '../../src/record/recorders.js';
import { epochEvent, REFERENCE, runStarted, temporaryFolder, userErrorOf } from './helpers.js';

async function twoEpochs(): Promise<string> {
  const folder = await temporaryFolder();
  const recorder = csvRecorder(folder, { everySteps: 0 });
  await recorder.on(runStarted());
  await recorder.on(epochEvent(1, { reports: {} }));
  await recorder.on(epochEvent(2, { testLoss: NaN, gradGlobalStd: 1 / 3 }));
  return join(folder, 'metrics.csv');
}

describe('readMetrics', () => {
  it('reads back what the recorder wrote, by column, timings in thousandths', async () => {
    const first = {
      ...{ epoch: 1, step: 10, learning_rate: 6e-4, train_loss: 3.4125, train_accuracy: 0.182 },
      ...{ test_loss: 3.25, test_accuracy: 0.201, grad_global_std: 3.3e-3, update_global_std: 1.4e-3 },
      ...{ autoscale_alpha: undefined, autoscale_exponent: undefined, autoscale_sigma: undefined },
      ...{ epoch_seconds: 12.346, images_per_second: 412.988 },
      ...{ train_seconds: 11.111, evaluation_seconds: 1.235, others_share: 0.068 },
    };
    const autoscale = { autoscale_alpha: 0.42693, autoscale_exponent: 0.14887, autoscale_sigma: 3.25e-3 };
    expect(await readMetrics(await twoEpochs())).toEqual([
      first,
      { ...first, ...autoscale, epoch: 2, step: 20, test_loss: NaN, grad_global_std: 1 / 3 },
    ]);
  });

  it('reads a file from before there were as many columns', async () => {
    const rows = await readMetrics(`${REFERENCE}/metrics.csv`);
    expect(rows.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(rows.at(-1)?.autoscale_alpha).toBeGreaterThan(0);
    expect(rows[0]).not.toHaveProperty('train_seconds');
  });

  it('passes over columns that it does not know', async () => {
    const file = await twoEpochs();
    const [header = '', ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    await writeFile(file, [`${header},later`, ...rows.map((row) => `${row},word`), ''].join('\n'));
    expect(await readMetrics(file)).toHaveLength(2);
  });

  it('passes over a torn last line', async () => {
    const file = await twoEpochs();
    await writeFile(file, '3,30,0.0006', { flag: 'a' });
    expect(await readMetrics(file)).toHaveLength(2);
  });

  it('has no rows for a file that is missing', async () => {
    expect(await readMetrics(join(await temporaryFolder(), 'metrics.csv'))).toEqual([]);
  });

  it.each([
    ['a first line of its own', (text: string) => text.replace('epoch,', 'time,'), 'is not a metrics.csv'],
    [
      'an epoch out of order',
      (text: string) => text.replace('\n2,', '\n3,'),
      'line 3: epoch is "3", expected 2',
    ],
    ['a field too few', (text: string) => text.replace('1,10,', '1,'), 'line 2: has 16 fields, expected 17'],
    [
      'a word',
      (text: string) => text.replace('3.4125', 'low'),
      'line 2: train_loss is "low", expected a number',
    ],
    [
      'an empty field',
      (text: string) => text.replace('3.4125', ''),
      'line 2: train_loss is "", expected a number',
    ],
    [
      'a percentage',
      (text: string) => text.replace('0.201', '20.1'),
      'line 2: test_accuracy is "20.1", expected',
    ],
  ])('refuses %s', async (_, damage, message) => {
    const file = await twoEpochs();
    await writeFile(file, damage(await readFile(file, 'utf8')));
    const error = await userErrorOf(readMetrics(file), 'io');
    expect(error.message).toContain(file);
    expect(error.message).toContain(message);
  });
});
