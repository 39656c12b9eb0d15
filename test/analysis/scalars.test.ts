import { expect, it } from 'vitest';
import { groupRuns } from '../../src/analysis/groups.js';
import { membersOf } from '../../src/analysis/members.js';
import { describeScalar, ScalarMean, scalarsOf } from '../../src/analysis/scalars.js';
import { rowsOf, studyRun } from './runs.js';

const tables = {
  metrics: {
    columns: ['epoch', 'step', 'test_accuracy', 'autoscale_alpha', 'of_a_plugin'],
    rows: [
      ['1', '10', '0.25', '', '7'],
      ['2', '20', '0.5', '1e-3', 'NaN'],
    ],
  },
  layers: {
    layers: [{ layer: 'stem/kernel', elements: 432, gradStd: [0.75, 0.5, 0.25], updateStd: [1, 1, 1] }],
    global: { layer: 'global', elements: 432, gradStd: [0.125, 0.0625, 0.03125], updateStd: [2, 4, 8] },
  },
};

it('takes every number of an epoch that the run had completed when it was read', () => {
  const [first, second, ...others] = scalarsOf(studyRun(), tables);
  expect(first?.scalars).toEqual([
    { tag: 'metrics/test_accuracy', value: 0.25 },
    { tag: 'metrics/of_a_plugin', value: 7 },
    { tag: 'grad_std/stem/kernel', value: 0.75 },
    { tag: 'update_std/stem/kernel', value: 1 },
    { tag: 'grad_std/global', value: 0.125 },
    { tag: 'update_std/global', value: 2 },
  ]);
  expect(second?.scalars.slice(0, 3)).toEqual([
    { tag: 'metrics/test_accuracy', value: 0.5 },
    { tag: 'metrics/autoscale_alpha', value: 0.001 },
    { tag: 'metrics/of_a_plugin', value: Number.NaN },
  ]);
  expect(others).toEqual([]);
});

it('tells the time of an epoch from the start of the attempt that ended it', () => {
  // Ten seconds an epoch; the second attempt began a day later, after the first epoch.
  const attempts = [
    { startedAt: '1970-01-02T00:00:00.000Z', fromStep: 0 },
    { startedAt: '1970-01-03T00:00:00.000Z', fromStep: 10 },
  ];
  const run = { ...studyRun({ manifest: { attempts } }), metrics: rowsOf([0.1, 0.2, 0.3]) };
  const timesOf = (each: typeof run): number[] => scalarsOf(each, tables).map(({ wallTime }) => wallTime);
  expect(timesOf(run)).toEqual([86_410, 172_810, 172_820]);
  expect(timesOf({ ...run, manifest: undefined })).toEqual([10, 20, 30]);
});

it('means over seeds have what all of them have', () => {
  const mean = new ScalarMean();
  const value = (tag: string, number: number) => ({ tag, value: number });
  mean.add([
    { epoch: 1, wallTime: 5, scalars: [value('a', 0.25)] },
    { epoch: 2, wallTime: 6, scalars: [value('a', 0.5)] },
  ]);
  mean.add([{ epoch: 1, wallTime: 9, scalars: [value('a', 0.75), value('b', 1)] }]);
  expect(mean.runs).toBe(2);
  expect(mean.epochs()).toEqual([{ epoch: 1, wallTime: 5, scalars: [{ tag: 'a', value: 0.5 }] }]);
});

it('describes tags in the words of their columns', () => {
  expect(describeScalar('metrics/test_loss')).toBe(
    'Mean cross-entropy of all test images after the epoch, no label smoothing. Unit: nats.',
  );
  expect(describeScalar('grad_std/stage1.block1.conv1.kernel')).toBe('Std of g_l.');
  expect(describeScalar('metrics/of_a_plugin')).toBeUndefined();
});

it('a group has its unfinished runs, one a seed', () => {
  const runs = [
    studyRun({ seed: 2, outcome: 'running' }),
    studyRun({ seed: 1, outcome: 'failed', folder: 'results/again' }),
    studyRun({ seed: 1 }),
    { ...studyRun({ seed: 3, outcome: 'not-started' }), metrics: [] },
    studyRun({ seed: 1, config: { optimizer: { gradient: 'none' } } }),
  ];
  const found = membersOf(groupRuns(runs), runs).map(({ runs: ours }) =>
    ours.map(({ state: { seed, outcome } }) => `${seed} ${outcome}`),
  );
  expect(found).toEqual([['1 finished', '2 running'], ['1 finished']]);
});
