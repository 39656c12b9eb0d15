import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curvesOf } from '../../src/analysis/curves.js';
import { groupRuns, type Group, type StudyRun } from '../../src/analysis/groups.js';
import type { MetricsRow } from '../../src/record/metrics.js';
import { expectNear } from './fixtures.js';
import { rowsOf, studyRun } from './runs.js';

function grouped(runs: readonly StudyRun[]): Group {
  const [group] = groupRuns(runs).groups;
  if (group === undefined) throw new Error('there is no run');
  return group;
}

const example = studyRun();
const ofOne = grouped([example]);

/** Runs with the seeds 1, 2, … and these test accuracies, epoch by epoch. */
function groupOf(...curves: readonly (readonly number[])[]): Group {
  const runs = curves.map((accuracies, index) => ({
    ...example,
    state: { ...example.state, seed: index + 1 },
    metrics: rowsOf(accuracies),
  }));
  return { ...ofOne, runs };
}

const accuracy = ({ test_accuracy }: MetricsRow): number => test_accuracy;

describe('curvesOf', () => {
  it('has each seed, and the mean with its interval epoch by epoch', () => {
    const { seeds, band } = curvesOf(groupOf([0.1, 0.4], [0.2, 0.4], [0.3, 0.7]), accuracy);
    expect(seeds).toEqual([
      { seed: 1, values: [0.1, 0.4] },
      { seed: 2, values: [0.2, 0.4] },
      { seed: 3, values: [0.3, 0.7] },
    ]);
    // s = 0.1, then √0.03; t of .975 and two degrees of freedom is 4.30265.
    const halfWidths = [(4.30265 * 0.1) / Math.sqrt(3), (4.30265 * Math.sqrt(0.03)) / Math.sqrt(3)];
    for (const [index, mean] of [0.2, 0.5].entries()) {
      const [point, half = Number.NaN] = [band[index], halfWidths[index]];
      expect(point).toMatchObject({ epoch: index + 1, n: 3 });
      expectNear(point?.mean, mean);
      expectNear(point?.low, mean - half, 1e-6);
      expectNear(point?.high, mean + half, 1e-6);
    }
  });

  it('has no interval of one seed, nor where seeds do not differ or are not finite', () => {
    expect(curvesOf(groupOf([0.1, 0.4]), accuracy).band).toEqual([
      { epoch: 1, n: 1, mean: 0.1 },
      { epoch: 2, n: 1, mean: 0.4 },
    ]);
    expect(curvesOf(groupOf([0.1], [0.1]), accuracy).band).toEqual([{ epoch: 1, n: 2, mean: 0.1 }]);
    expect(curvesOf(groupOf([0.1], [Number.NaN]), accuracy).band).toEqual([
      { epoch: 1, n: 2, mean: Number.NaN },
    ]);
  });

  it('leaves out runs that have not finished, and those without the column', () => {
    const alpha = ({ autoscale_alpha }: MetricsRow): number | undefined => autoscale_alpha;
    const withAlpha = {
      ...studyRun({ seed: 1 }),
      metrics: rowsOf([0.1, 0.2], () => ({ autoscale_alpha: 0.5 })),
    };
    const ending = {
      ...studyRun({ seed: 2 }),
      metrics: rowsOf([0.1, 0.2], (epoch) => ({ autoscale_alpha: epoch === 1 ? 0.5 : undefined })),
    };
    const failed = { ...withAlpha, ...studyRun({ seed: 3, outcome: 'failed' }) };
    const { seeds, band } = curvesOf(grouped([withAlpha, ending, failed]), alpha);
    expect(seeds.map(({ seed }) => seed)).toEqual([1]);
    expect(band.map(({ n }) => n)).toEqual([1, 1]);
    expect(curvesOf(groupOf([0.1]), alpha)).toMatchObject({ seeds: [], band: [] });
    expect(curvesOf(groupOf([]), accuracy)).toMatchObject({ seeds: [], band: [] });
  });

  it('says of how many seeds an epoch is, where runs are not equally long', () => {
    expect(curvesOf(groupOf([0.1, 0.2], [0.1]), accuracy).band).toEqual([
      { epoch: 1, n: 2, mean: 0.1 },
      { epoch: 2, n: 1, mean: 0.2 },
    ]);
  });

  it('moves with its seeds, whichever comes first, and is as wide as before', () => {
    const finals = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(finals, fc.integer({ min: 0, max: 500 }), (counts, more) => {
        const at = (images: readonly number[]) =>
          curvesOf(groupOf(...images.map((each) => [each / 1000])), accuracy).band[0];
        const [band, moved] = [at(counts), at(counts.map((each) => each + more).reverse())];
        expectNear(moved?.mean, (band?.mean ?? 0) + more / 1000, 1e-12);
        expect(moved?.low === undefined).toBe(band?.low === undefined);
        if (band?.low === undefined) return;
        expectNear(moved?.low, band.low + more / 1000, 1e-12);
        expectNear(moved?.high, (band.high ?? 0) + more / 1000, 1e-12);
      }),
    );
  });
});
