import type { MetricsRow } from '../record/metrics.js';
import { meanAndStd } from '../support/moments.js';
import { intervalOf, type Interval } from './estimate.js';
import type { Group, StudyRun } from './groups.js';
import { meanEstimate } from './mean.js';
import { SIGNIFICANCE } from './verdict.js';

/**
 * An epoch of several curves: their mean with its 95 % interval by Student's t, epoch by epoch. It has none of one seed,
 * and none where the seeds do not differ or are not all finite.
 */
export interface BandPoint extends Partial<Interval> {
  /** From 1. */
  readonly epoch: number;
  /** Seeds that have the epoch. */
  readonly n: number;
  /** NaN where a seed's value is. */
  readonly mean: number;
}

/** A column of metrics.csv over the epochs; the first value is that of epoch 1. */
export interface SeedCurve {
  readonly seed: number;
  readonly values: readonly number[];
}

/** The curves of a group, by seed. A run without the column is not there. */
export interface GroupCurves {
  readonly group: Group;
  /** Of the finished runs. */
  readonly seeds: readonly SeedCurve[];
  /** Of those that go on, or ended before their time, as far as they are. */
  readonly unfinished: readonly SeedCurve[];
  /** Of the finished runs alone. */
  readonly band: readonly BandPoint[];
}

/** @param of - A run in which it is undefined in any epoch has no curve. */
export function curvesOf(group: Group, of: (row: MetricsRow) => number | undefined): GroupCurves {
  const curves = (runs: readonly StudyRun[]): SeedCurve[] =>
    runs.flatMap(({ state, metrics }) => {
      const values = metrics.map(of).filter((value) => value !== undefined);
      return values.length === 0 || values.length < metrics.length ? [] : [{ seed: state.seed, values }];
    });
  const seeds = curves(group.runs);
  return {
    group,
    seeds,
    unfinished: curves(group.unfinished),
    band: bandOf(seeds.map(({ values }) => values)),
  };
}

function bandOf(curves: readonly (readonly number[])[]): BandPoint[] {
  const epochs = Math.max(0, ...curves.map(({ length }) => length));
  return Array.from({ length: epochs }, (_, index) => {
    const values = curves.flatMap((curve) => curve[index] ?? []);
    const estimate = meanEstimate(values);
    return {
      epoch: index + 1,
      n: values.length,
      mean: meanAndStd(values).mean ?? Number.NaN,
      ...(estimate && intervalOf(estimate, 1 - SIGNIFICANCE)),
    };
  });
}
