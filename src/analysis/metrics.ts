import { UserError } from '../errors.js';
import { bestEpochOf } from '../record/best-epoch.js';
import type { MetricsRow } from '../record/metrics.js';
import { hintFor } from '../support/nearest.js';
import { meanAndStd } from '../support/moments.js';
import { printable } from '../support/text.js';
import { gradientNoise } from './gradient-noise.js';
import { settledStretches } from './settled.js';
import { excessVariation, largestDrawdown, noiseOf } from './smoothness.js';
import { epochsToTarget, secondsToTarget } from './time-to-target.js';

/** `share`: from 0 to 1, shown in percent, and its differences in percentage points. */
export type MetricUnit = 'share' | 'epochs' | 's' | 'nats' | '';

/** What a run came to, as one number. */
interface Facts {
  readonly unit: MetricUnit;
  readonly better: 'higher' | 'lower';
  readonly meaning: string;
  /** Whether it is chosen by looking at the test images: it is then shown and decides nothing. */
  readonly chosenOnTest?: boolean;
  /** Whether only runs that hold training images out for validation have it. */
  readonly needsValidation?: boolean;
}

/** A metric by its full name. */
export interface Metric extends Facts {
  readonly name: string;
  /** undefined where the run has too few epochs for it; ∞ for a target that was never reached. */
  readonly of: (rows: readonly MetricsRow[]) => number | undefined;
}

/** A metric, or with a target a whole family: `epochs-to:0.6`. */
interface Entry extends Facts {
  readonly of: (rows: readonly MetricsRow[], target: number) => number | undefined;
  /** Whether its name goes on with `:` and a test accuracy. */
  readonly target?: true;
}

/** The primary outcome where every configuration holds training images out, and nobody chose another. */
export const VALIDATION_METRIC = 'validation';
/** The primary outcome where that is not so. */
export const DEFAULT_METRIC = 'last';

/** How many epochs at the end of a run are averaged. */
const LAST_EPOCHS = 5;

const accuracies = (rows: readonly MetricsRow[]): number[] => rows.map((row) => row.test_accuracy);

/** A curve in the stretches that show how smooth it is. */
function settled(rows: readonly MetricsRow[], of: (row: MetricsRow) => number): number[][] {
  return settledStretches(
    rows.map(of),
    rows.map((row) => row.learning_rate),
  );
}

const ofAccuracy = (row: MetricsRow): number => row.test_accuracy;

const entries: Readonly<Record<string, Entry>> = {
  last: {
    unit: 'share',
    better: 'higher',
    meaning: 'Test accuracy after the last epoch.',
    of: (rows) => rows.at(-1)?.test_accuracy,
  },
  best: {
    unit: 'share',
    better: 'higher',
    meaning:
      'The highest test accuracy of any epoch. It is chosen on the test images, and so decides nothing.',
    chosenOnTest: true,
    of: (rows) => (rows.length === 0 ? undefined : Math.max(...accuracies(rows))),
  },
  [`mean-of-last-${LAST_EPOCHS}`]: {
    unit: 'share',
    better: 'higher',
    meaning: `Mean test accuracy of the last ${LAST_EPOCHS} epochs, of all where there are fewer.`,
    of: (rows) => meanAndStd(accuracies(rows.slice(-LAST_EPOCHS))).mean,
  },
  area: {
    unit: 'share',
    better: 'higher',
    meaning: 'Area under the curve: mean test accuracy over all epochs.',
    of: (rows) => meanAndStd(accuracies(rows)).mean,
  },
  [VALIDATION_METRIC]: {
    unit: 'share',
    better: 'higher',
    meaning: 'Validation accuracy after the last epoch: of the training images that are held out.',
    needsValidation: true,
    of: (rows) => rows.at(-1)?.validation_accuracy,
  },
  'test-at-best-validation': {
    unit: 'share',
    better: 'higher',
    meaning:
      'Test accuracy after the epoch with the highest validation accuracy, the first of equals: it is not chosen on the test images.',
    needsValidation: true,
    of: (rows) => bestEpochOf(rows)?.testAccuracy,
  },
  'epochs-to': {
    unit: 'epochs',
    better: 'lower',
    meaning: 'Epochs until the test accuracy is first at the target; ∞ when it never is.',
    target: true,
    of: (rows, target) => epochsToTarget(accuracies(rows), target),
  },
  'seconds-to': {
    unit: 's',
    better: 'lower',
    meaning: 'Wall-clock time of those epochs, evaluation included. Compare it on one machine only.',
    target: true,
    of: (rows, target) =>
      secondsToTarget(
        accuracies(rows),
        rows.map((row) => row.epoch_seconds),
        target,
      ),
  },
  'test-loss': {
    unit: 'nats',
    better: 'lower',
    meaning: 'Mean cross-entropy of the test images after the last epoch.',
    of: (rows) => rows.at(-1)?.test_loss,
  },
  gap: {
    unit: 'share',
    better: 'lower',
    meaning:
      'Train − test accuracy of the last epoch. Training images are augmented, and seen in training mode.',
    of: (rows) => {
      const last = rows.at(-1);
      return last && last.train_accuracy - last.test_accuracy;
    },
  },
  noise: {
    unit: 'share',
    better: 'lower',
    meaning: 'Noise of the test accuracy curve from epoch to epoch, as a standard deviation.',
    of: (rows) => noiseOf(settled(rows, ofAccuracy)),
  },
  'excess-variation': {
    unit: 'share',
    better: 'lower',
    meaning: 'How much further the test accuracy goes up and down than from its first to its last value.',
    of: (rows) => excessVariation(settled(rows, ofAccuracy)),
  },
  drawdown: {
    unit: 'share',
    better: 'lower',
    meaning: 'The deepest that the test accuracy falls below its highest value before.',
    of: (rows) => largestDrawdown(settled(rows, ofAccuracy)),
  },
  'gradient-noise': {
    unit: '',
    better: 'lower',
    meaning:
      'Standard deviation of the change of log σ from epoch to epoch, σ the global std of the gradients.',
    of: (rows) => gradientNoise(settled(rows, (row) => row.grad_global_std)),
  },
};

/** Whether a metric is an accuracy, on test or validation images: sweeps declare a margin of these. */
export function isAccuracy({ unit, better }: Metric): boolean {
  return unit === 'share' && better === 'higher';
}

/**
 * Whether a run that diverged has the metric too, held at its last accuracy: an accuracy, or a target that it reaches
 * no more. Losses, gaps and smoothness of a curve that broke off are not those of a whole one.
 */
export function countsDiverged(metric: Metric): boolean {
  return isAccuracy(metric) || metric.unit === 'epochs' || metric.unit === 's';
}

/** Every metric for help and documentation; of those with a target the name is `epochs-to:<accuracy>`. */
export const METRICS: readonly (Facts & { readonly name: string })[] = Object.entries(entries).map(
  ([name, { unit, better, meaning, chosenOnTest = false, target }]) => ({
    ...{ unit, better, meaning, chosenOnTest },
    name: target ? `${name}:<accuracy>` : name,
  }),
);

/**
 * The metric of a name, such as `last` or `epochs-to:0.6`.
 * @throws UserError `usage` saying which there are
 */
export function metricNamed(name: string): Metric {
  const [word = '', parameter, ...more] = name.split(':');
  const entry = Object.hasOwn(entries, word) ? entries[word] : undefined;
  if (entry === undefined) throw unknown(name);
  const { of, target: hasTarget, ...facts } = entry;
  if (hasTarget === undefined) {
    if (parameter !== undefined) throw noMetric(name, `${word} takes no target.`);
    return { ...facts, name, of: (rows) => of(rows, Number.NaN) };
  }
  const target = parameter !== undefined && /^\d*\.?\d+$/.test(parameter) ? Number(parameter) : Number.NaN;
  if (!(target > 0 && target <= 1) || more.length > 0) {
    throw noMetric(name, `${word} takes a test accuracy above 0 and up to 1, as in ${word}:0.6.`);
  }
  return { ...facts, name, of: (rows) => of(rows, target) };
}

/** Whether a word is the name of a metric, whatever target goes with it. */
export function isMetricName(text: string): boolean {
  return Object.hasOwn(entries, text.split(':')[0] ?? '');
}

function unknown(name: string): UserError {
  return noMetric(name, `there is no such metric${hintFor(name, Object.keys(entries)) || '.'}`);
}

function noMetric(name: string, why: string): UserError {
  const names = METRICS.map((metric) => metric.name).join(', ');
  return new UserError('usage', `metric "${printable(name)}": ${why} The metrics are ${names}.`);
}
