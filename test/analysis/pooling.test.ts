import { describe, expect, it } from 'vitest';
import type { StudyRun } from '../../src/analysis/groups.js';
import { groupRuns } from '../../src/analysis/groups.js';
import { metricNamed } from '../../src/analysis/metrics.js';
import type { PooledContrast } from '../../src/analysis/pooling.js';
import { studiesOf } from '../../src/analysis/study.js';
import { expectNear } from './fixtures.js';
import { studyRuns } from './runs.js';

const none = { gradient: 'none' };
const gan = { gradient: 'gan' };
const zscore = { gradient: 'zscore' };

function pool(runs: readonly StudyRun[], name = 'last', margin?: number): readonly PooledContrast[] {
  const [study] = studiesOf(groupRuns(runs), {
    metrics: [metricNamed(name)],
    baseline: { optimizer: none },
    margin: margin === undefined ? undefined : { value: margin, isDeclared: false },
  });
  return study?.pooled ?? [];
}

/** Runs of an optimizer on a network, seeds from 1. */
const on = (model: string, optimizer: object, accuracies: readonly number[]): StudyRun[] =>
  studyRuns({ model, optimizer }, accuracies);

const flat = [0.5, 0.5, 0.5] as const;
const two = [
  ...on('resnet20', none, flat),
  ...on('vgg11bn', none, flat),
  ...on('resnet20', gan, [0.51, 0.52, 0.53]),
  ...on('vgg11bn', gan, [0.53, 0.54, 0.55]),
];

const modelsOf = (rows: PooledContrast['rows']): string[] =>
  rows.map(({ match }) => match.group.config.model);

describe('poolContrasts', () => {
  it('works out by hand', () => {
    const [pooled, ...others] = pool(two, 'last', 0.005);
    expect(others).toEqual([]);
    expect(modelsOf(pooled?.rows ?? [])).toEqual(['resnet20', 'vgg11bn']);
    // Means 0.02 and 0.04, both of variance 0.01² / 3: D = 0.03, SE² = 2 · 0.01² / 3 / 2², ν = 4.
    expectNear(pooled?.estimate.value, 0.03);
    expectNear(pooled?.estimate.standardError, 0.01 / Math.sqrt(6));
    expectNear(pooled?.estimate.degreesOfFreedom, 4);
    // t(.975, 4) = 2.776445105.
    expectNear(pooled?.estimate.interval95.high, 0.03 + (2.776445105 * 0.01) / Math.sqrt(6));
    // All three seeds are above 0: 2 of 8 signs are as far.
    expect(pooled).toMatchObject({ signFlipPValue: 0.25, verdict: 'better', leftOut: [] });
    expectNear(pooled?.adjustedPValue, pooled?.estimate.pValue ?? Number.NaN);
    // The 90 % interval lies above the margin.
    expect(pooled?.equivalencePValue).toBeGreaterThan(0.5);
  });

  it('adjusts for the number of pooled contrasts, not for those of one network', () => {
    const still = [0.51, 0.49, 0.5];
    const more = [...two, ...on('resnet20', zscore, still), ...on('vgg11bn', zscore, still)];
    const [first, second, ...others] = pool(more);
    expect(others).toEqual([]);
    expectNear(first?.adjustedPValue, 2 * (first?.estimate.pValue ?? Number.NaN));
    expectNear(second?.adjustedPValue, 1);
    expect([first?.verdict, second?.verdict]).toEqual(['better', 'inconclusive']);
  });

  it('pools nothing of one network, or where but one has an interval', () => {
    expect(pool(two.filter(({ config }) => config.model === 'resnet20'))).toEqual([]);
    expect(pool(two.filter(({ config, state }) => config.model === 'resnet20' || state.seed === 1))).toEqual(
      [],
    );
  });

  it('names the network that has no interval beside two that have', () => {
    const [pooled] = pool([...two, ...on('vgg16bn', none, [0.5]), ...on('vgg16bn', gan, [0.6])]);
    expect(modelsOf(pooled?.rows ?? [])).toEqual(['resnet20', 'vgg11bn']);
    expect(modelsOf(pooled?.leftOut ?? [])).toEqual(['vgg16bn']);
    expectNear(pooled?.estimate.value, 0.03);
  });

  it('keeps apart what differs in more than the network', () => {
    const longer = two.map((run) => ({ ...run, config: { ...run.config, epochs: 3 } }));
    const pooled = pool([...two, ...longer]);
    expect(pooled.map(({ rows }) => rows.map(({ match }) => match.group.config.epochs))).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it('gives no verdict on what was chosen on the test images', () => {
    const [pooled] = pool(two, 'best', 0.005);
    expect(pooled?.estimate.value).toBeCloseTo(0.03, 12);
    expect(pooled?.verdict).toBeUndefined();
  });
});
