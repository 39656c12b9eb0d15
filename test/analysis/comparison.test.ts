import { describe, expect, it } from 'vitest';
import { matchBaseline } from '../../src/analysis/baseline.js';
import { compareGroups } from '../../src/analysis/comparison.js';
import { groupRuns } from '../../src/analysis/groups.js';
import { metricNamed } from '../../src/analysis/metrics.js';
import { expectNear } from './fixtures.js';
import { studyRun, studyRuns } from './runs.js';

const adamw = { optimizer: { gradient: 'none' } };
const gan = { optimizer: { gradient: 'gan' } };
const zscore = { optimizer: { gradient: 'zscore' } };
const options = { metric: metricNamed('last'), baseline: adamw, margin: 0.005 } as const;

describe('groupRuns', () => {
  it('puts together what differs in the seed alone, and names what varies', () => {
    const { varied, groups } = groupRuns([
      studyRun({ config: gan, seed: 2 }),
      studyRun({ config: { ...gan, name: 'other', log: { everySteps: 3 } }, seed: 1 }),
      studyRun({ config: { ...gan, model: 'vgg11bn' }, seed: 1 }),
    ]);
    expect(varied).toEqual(['model']);
    expect(
      groups.map(({ settings, runs }) => [settings.get('model'), runs.map(({ state }) => state.seed)]),
    ).toEqual([
      ['"resnet20"', [1, 2]],
      ['"vgg11bn"', [1]],
    ]);
  });

  it('counts and names every seed that is not there', () => {
    const { groups } = groupRuns(
      [
        studyRun({ config: gan, seed: 1 }),
        studyRun({
          config: gan,
          seed: 2,
          outcome: 'failed',
          reason: 'step 7 is no longer finite',
          accuracy: 0.25,
        }),
        studyRun({ config: gan, seed: 3, outcome: 'running' }),
        studyRun({ config: adamw, seed: 5 }),
      ],
      [1, 2, 3, 4],
    );
    expect(groups[0]?.absent).toEqual([
      { seed: 2, outcome: 'failed', reason: 'step 7 is no longer finite', epochs: 2, lastTestAccuracy: 0.25 },
      { seed: 3, outcome: 'running', reason: undefined, epochs: 2, lastTestAccuracy: 0.5 },
      { seed: 4, outcome: 'missing', reason: undefined, epochs: 0, lastTestAccuracy: undefined },
      { seed: 5, outcome: 'missing', reason: undefined, epochs: 0, lastTestAccuracy: undefined },
    ]);
  });

  it('takes one of two runs of a seed, the finished one first, and names the other', () => {
    const { groups } = groupRuns([
      studyRun({ config: gan, folder: 'b' }),
      studyRun({ config: gan, folder: 'a', outcome: 'failed' }),
      studyRun({ config: gan, folder: 'c' }),
    ]);
    const [group] = groups;
    expect(group?.runs.map(({ state }) => state.directory)).toEqual(['b/seed-1']);
    expect(group?.duplicates.map(({ state }) => state.directory)).toEqual(['c/seed-1', 'a/seed-1']);
  });

  it('goes by what a run reads of its configuration alone', () => {
    const { varied, groups } = groupRuns([
      studyRun({ config: { optimizer: { gradient: 'none', momentum: 0.5, gan: { center: false } } } }),
      studyRun({ config: adamw, seed: 2 }),
      studyRun({ config: { optimizer: { gradient: 'gan', gan: { center: false } } } }),
      studyRun({ config: { optimizer: { gradient: 'none', base: 'sgd', momentum: 0.5 } } }),
    ]);
    expect(groups.map(({ runs }) => runs.length)).toEqual([2, 1, 1]);
    expect(varied).toEqual(['optimizer.base', 'optimizer.gradient']);
  });

  it('has a key vary that two optimizers read and have otherwise, in those alone', () => {
    const { varied, groups } = groupRuns([
      studyRun({ config: adamw }),
      studyRun({ config: gan }),
      studyRun({ config: { optimizer: { gradient: 'gan', gan: { center: false } } } }),
    ]);
    expect(varied).toEqual(['optimizer.gan.center', 'optimizer.gradient']);
    expect(groups.map(({ settings }) => settings.get('optimizer.gan.center'))).toEqual([
      undefined,
      'true',
      'false',
    ]);
  });

  it('has no groups of no runs', () => {
    expect(groupRuns([], [1, 2])).toEqual({ varied: [], groups: [] });
  });
});

describe('matchBaseline', () => {
  const rolesOf = (configs: readonly object[], pattern: Readonly<Record<string, unknown>> = adamw) =>
    matchBaseline(groupRuns(configs.map((config) => studyRun({ config }))), pattern).map((match) => {
      if (match.role === 'alone') return match.reason;
      return match.role === 'compared' ? match.baseline.config.model : match.role;
    });

  it('compares within an architecture', () => {
    const vgg = { model: 'vgg11bn' };
    expect(rolesOf([adamw, gan, { ...adamw, ...vgg }, { ...zscore, ...vgg }])).toEqual([
      'baseline',
      'resnet20',
      'baseline',
      'vgg11bn',
    ]);
  });

  it('compares nothing that was trained otherwise, and says what it is', () => {
    expect(rolesOf([adamw, { ...gan, epochs: 3 }])[1]).toBe(
      'the baseline was trained otherwise: epochs 2, here 3',
    );
    expect(rolesOf([adamw, { ...gan, dataset: { name: 'cifar100-mini', trainSamples: 100 } }])[1]).toBe(
      'the baseline was trained otherwise: dataset.trainSamples not set, here 100',
    );
    expect(rolesOf([adamw, { ...gan, precision: 'bfloat16' }])[1]).toContain('precision "float32"');
    expect(rolesOf([adamw, { optimizer: { gradient: 'gan', learningRate: 0.01 } }])[1]).toContain(
      'optimizer.learningRate 0.001, here 0.01',
    );
  });

  it('compares GAN without a stage with the baseline, which has no stages', () => {
    const ablation = { optimizer: { gradient: 'gan', gan: { autoscale: false } } };
    expect(rolesOf([adamw, gan, ablation])).toEqual(['baseline', 'resnet20', 'resnet20']);
    // With all of GAN for the baseline, what is left out stands in a key that the pattern does not say.
    expect(rolesOf([gan, ablation], { optimizer: { gradient: 'gan', gan: { autoscale: true } } })).toEqual([
      'baseline',
      'resnet20',
    ]);
  });

  it('goes by what the baseline says nothing of, and says where there is none', () => {
    const other = { optimizer: { gradient: 'none', base: 'sgd' } };
    expect(rolesOf([gan, zscore])).toEqual(['no run is like the baseline', 'no run is like the baseline']);
    expect(rolesOf([adamw, other, { optimizer: { gradient: 'gan', base: 'sgd' } }])[2]).toBe('resnet20');
  });
});

describe('compareGroups', () => {
  it('works out by hand', () => {
    const [baseline, row] = compareGroups(
      groupRuns([...studyRuns(adamw, [0.5, 0.5, 0.5]), ...studyRuns(gan, [0.51, 0.52, 0.53])]),
      options,
    );
    expect(baseline).toMatchObject({ mean: 0.5, std: 0, contrast: undefined });
    const { contrast } = row ?? {};
    expectNear(row?.mean, 0.52);
    expectNear(row?.std, 0.01);
    // As in the test of the paired t: 2 ± 1/√3, in hundredths, p = 1 − √(12/14).
    expectNear(contrast?.paired?.value, 0.02);
    expectNear(contrast?.paired?.standardError, 0.01 / Math.sqrt(3));
    expectNear(contrast?.adjustedPValue, 1 - Math.sqrt(12 / 14));
    expectNear(contrast?.hedgesG, 8 / 7);
    expect(contrast).toMatchObject({
      signFlipPValue: 0.25,
      superiority: 1,
      correlation: undefined,
      verdict: 'inconclusive',
      // An effect of half a standard deviation.
      pairsNeeded: 34,
      refused: [],
      marked: [],
    });
  });

  it('adjusts for the number of contrasts, and decides by that', () => {
    // d̄ = 0.02, s_d = 0.01, n = 5: t = 4.47 on 4 degrees of freedom, p = 0.011; with a second of p = 1 it is 0.022.
    const [base, up, flat] = [
      [0.5, 0.5, 0.5, 0.5, 0.5],
      [0.52, 0.51, 0.53, 0.51, 0.53],
      [0.51, 0.49, 0.5, 0.51, 0.49],
    ] as const;
    const one = compareGroups(groupRuns([...studyRuns(adamw, base), ...studyRuns(gan, up)]), options);
    const both = compareGroups(
      groupRuns([...studyRuns(adamw, base), ...studyRuns(gan, up), ...studyRuns(zscore, flat)]),
      options,
    );
    const raw = one[1]?.contrast?.adjustedPValue ?? Number.NaN;
    expectNear(one[1]?.contrast?.paired?.pValue, raw);
    expectNear(both[1]?.contrast?.adjustedPValue, 2 * raw);
    expect([one[1], both[1], both[2]].map((row) => row?.contrast?.verdict)).toEqual([
      'better',
      'better',
      'inconclusive',
    ]);
  });

  it('has no interval and no verdict of one seed', () => {
    const [, row] = compareGroups(groupRuns([...studyRuns(adamw, [0.5]), ...studyRuns(gan, [0.6])]), options);
    expect(row?.contrast).toMatchObject({
      paired: undefined,
      welch: undefined,
      verdict: undefined,
      pairsNeeded: undefined,
    });
    expectNear(row?.contrast?.pairs[0]?.difference, 0.1);
  });

  it('gives no verdict on what was chosen on the test images', () => {
    const runs = [...studyRuns(adamw, [0.5, 0.5, 0.5]), ...studyRuns(gan, [0.6, 0.61, 0.6])];
    const verdicts = ['best', 'last'].map(
      (name) =>
        compareGroups(groupRuns(runs), { ...options, metric: metricNamed(name) })[1]?.contrast?.verdict,
    );
    expect(verdicts).toEqual([undefined, 'better']);
  });

  it('leaves out pairs that saw other images, and says so', () => {
    const dataset = { name: 'cifar100-mini', checksums: { 'train.bin': 'bbb' } };
    const [, row] = compareGroups(
      groupRuns([
        ...studyRuns(adamw, [0.5, 0.5]),
        studyRun({ config: gan, seed: 1, accuracy: 0.9, manifest: { dataset } }),
        studyRun({ config: gan, seed: 2, accuracy: 0.6 }),
      ]),
      options,
    );
    expect(row?.contrast?.pairs.map(({ seed }) => seed)).toEqual([2]);
    expect(row?.contrast?.refused).toEqual([{ seed: 1, reasons: ['other images in train.bin'] }]);
    expect(row?.contrast?.superiority).toBe(1);
  });

  const marks: [string, string, string[]][] = [
    ['nothing of the processor for accuracies', 'last', []],
    ['another processor for times', 'seconds-to:0.5', ['processor: fast and CPU']],
  ];
  it.each(marks)('marks %s', (_, metric, expected) => {
    const machine = {
      ...{ platform: 'linux', release: '6', arch: 'x64' },
      ...{ cpuModel: 'fast', cpuCores: 1, memoryBytes: 1 },
    };
    const runs = [studyRun({ config: adamw }), studyRun({ config: gan, manifest: { machine } })];
    const [, row] = compareGroups(groupRuns(runs), { ...options, metric: metricNamed(metric) });
    expect(row?.contrast?.marked).toEqual(expected);
    expect(row?.contrast?.pairs).toHaveLength(1);
  });
});
