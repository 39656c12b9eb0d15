import { UserError } from '../errors.js';
import type { EpochMetrics } from '../train/events.js';
import { readTextIfPresent } from './files.js';
import { metricsTable } from './recorders.js';

type Column = (typeof metricsTable.columns)[number];

/**
 * Reads a metrics.csv. A torn last line, as a killed run leaves it, is passed over.
 * @returns one entry per epoch, in order; none when there is no such file
 * @throws UserError `io` naming the file, line and column when it is not a metrics.csv
 */
export async function readMetrics(file: string): Promise<EpochMetrics[]> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return [];
  const lines = text.split('\n').slice(0, -1);
  const header = metricsTable.columns.join(',');
  if (lines.length > 0 && lines[0] !== header) {
    throw new UserError('io', `${file}: is not a metrics.csv: its first line should be "${header}"`);
  }
  return lines.slice(1).map((line, index) => parseRow(line, index + 1, `${file}: line ${index + 2}`));
}

function parseRow(line: string, expectedEpoch: number, place: string): EpochMetrics {
  const fields = line.split(',');
  if (fields.length !== metricsTable.columns.length) {
    throw new UserError(
      'io',
      `${place}: has ${fields.length} fields, expected ${metricsTable.columns.length}; the file is damaged`,
    );
  }
  const wrong = (column: Column, expected: string): never => {
    const found = fields[metricsTable.columns.indexOf(column)] ?? '';
    throw new UserError('io', `${place}: ${column} is "${found.slice(0, 40)}", expected ${expected}`);
  };
  const optional = (column: Column): number | undefined => {
    const field = fields[metricsTable.columns.indexOf(column)] ?? '';
    if (field === '') return undefined;
    const value = Number(field);
    return field.trim() === '' || (Number.isNaN(value) && field !== 'NaN')
      ? wrong(column, 'a number')
      : value;
  };
  const number = (column: Column): number => optional(column) ?? wrong(column, 'a number');
  const accuracy = (column: Column): number => {
    const value = number(column);
    return value >= 0 && value <= 1 ? value : wrong(column, 'a number from 0 to 1');
  };
  return {
    epoch: number('epoch') === expectedEpoch ? expectedEpoch : wrong('epoch', String(expectedEpoch)),
    step: number('step'),
    learningRate: number('learning_rate'),
    trainLoss: number('train_loss'),
    trainAccuracy: accuracy('train_accuracy'),
    testLoss: number('test_loss'),
    testAccuracy: accuracy('test_accuracy'),
    gradGlobalStd: number('grad_global_std'),
    updateGlobalStd: number('update_global_std'),
    autoscaleAlpha: optional('autoscale_alpha'),
    autoscaleExponent: optional('autoscale_exponent'),
    epochSeconds: number('epoch_seconds'),
    imagesPerSecond: number('images_per_second'),
  };
}
