import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../src/record/metrics.js';
import { csvRecorder } from '../../src/record/recorders.js';
import { epochEvent, epochMetrics, runStarted, temporaryFolder, userErrorOf } from './helpers.js';

async function twoEpochs(): Promise<string> {
  const folder = await temporaryFolder();
  const recorder = csvRecorder(folder, { everySteps: 0 });
  await recorder.on(runStarted());
  await recorder.on(epochEvent(1, { autoscaleAlpha: undefined, autoscaleExponent: undefined }));
  await recorder.on(epochEvent(2, { testLoss: NaN, gradGlobalStd: 1 / 3 }));
  return join(folder, 'metrics.csv');
}

describe('readMetrics', () => {
  it('reads back what the recorder wrote, timings in thousandths', async () => {
    const timings = { epochSeconds: 12.346, imagesPerSecond: 412.988 };
    expect(await readMetrics(await twoEpochs())).toEqual([
      epochMetrics(1, { autoscaleAlpha: undefined, autoscaleExponent: undefined, ...timings }),
      epochMetrics(2, { testLoss: NaN, gradGlobalStd: 1 / 3, ...timings }),
    ]);
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
    ['a field too few', (text: string) => text.replace('1,10,', '1,'), 'line 2: has 12 fields, expected 13'],
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
