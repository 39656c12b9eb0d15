import { describe, expect, it } from 'vitest';
import { dynamicsOf } from '../../src/analysis/dynamics.js';
import { groupRuns, type Group, type StudyRun } from '../../src/analysis/groups.js';
import type { LayerCurves, LayerTable } from '../../src/record/layers.js';
import { expectNear } from './fixtures.js';
import { rowsOf, studyRun } from './runs.js';

const E = Math.E;

function layer(name: string, gradStd: readonly number[]): LayerCurves {
  return { layer: name, elements: 9, gradStd, updateStd: gradStd.map((sigma) => 10 * sigma) };
}

function table(...curves: readonly (readonly number[])[]): LayerTable {
  const layers = curves.map((gradStd, index) => layer(`conv${index + 1}`, gradStd));
  return { layers, global: layer('global', curves[0] ?? []) };
}

/** Three epochs at a constant rate. */
function groupOf(seeds: number): Group {
  const runs = Array.from({ length: seeds }, (_, index) => ({
    ...studyRun({ seed: index + 1 }),
    metrics: rowsOf([0.1, 0.2, 0.3]),
  }));
  const [group] = groupRuns(runs).groups;
  if (group === undefined) throw new Error('there is no run');
  return group;
}

const reading =
  (...tables: readonly (LayerTable | undefined)[]) =>
  ({ state }: StudyRun): Promise<LayerTable | undefined> =>
    Promise.resolve(tables[state.seed - 1]);

describe('dynamicsOf', () => {
  it('has the geometric mean of each layer over seeds, in model order, and its trend', async () => {
    const tables = [table([1, E, E ** 3], [4, 4, 4]), table([4, E, E], [1, 1, 9])];
    const dynamics = await dynamicsOf(groupOf(2), reading(...tables));
    expect(dynamics?.seeds).toEqual([1, 2]);
    expect(dynamics?.layers.map(({ layer: name, elements }) => [name, elements])).toEqual([
      ['conv1', 9],
      ['conv2', 9],
    ]);
    const [first, second] = dynamics?.layers ?? [];
    expectAll(first?.gradStd, [2, E, E ** 2]);
    expectAll(first?.updateStd, [20, 10 * E, 10 * E ** 2]);
    expectAll(second?.gradStd, [2, 2, 6]);
    // (3 − 0) / 2 and (1 − ln 4) / 2.
    expectNear(first?.trend.slopes.get(1), 1.5);
    expectNear(first?.trend.slopes.get(2), (1 - Math.log(4)) / 2);
    expect(first?.trend.estimate?.degreesOfFreedom).toBe(1);
    expect(dynamics?.global).toMatchObject({ layer: 'global', gradStd: first?.gradStd });
  });

  it('is of the runs that have gradients, of the same layers', async () => {
    const tables = [undefined, table([1, 2, 4]), table([1, 2, 4], [1, 2, 4]), table([4, 8, 16])];
    const dynamics = await dynamicsOf(groupOf(4), reading(...tables));
    expect(dynamics?.seeds).toEqual([2, 4]);
    expectAll(dynamics?.layers[0]?.gradStd, [2, 4, 8]);
    expect(await dynamicsOf(groupOf(2), reading())).toBeUndefined();
    expect(await dynamicsOf({ ...groupOf(1), runs: [] }, reading(tables[1]))).toBeUndefined();
  });

  it('keeps what vanished or is no number, and has no trend of it', async () => {
    const tables = [table([1, 0, 4], [1, Number.NaN, 4]), table([4, 2, 1], [1, 1, 1])];
    const dynamics = await dynamicsOf(groupOf(2), reading(...tables));
    expectAll(dynamics?.layers[0]?.gradStd, [2, 0, 2]);
    expect([...(dynamics?.layers[0]?.trend.slopes.keys() ?? [])]).toEqual([2]);
    expect(dynamics?.layers[1]?.gradStd[1]).toBeNaN();
  });

  it('reads one run after the other', async () => {
    let [reading, most] = [0, 0];
    await dynamicsOf(groupOf(3), async () => {
      most = Math.max(most, ++reading);
      await Promise.resolve();
      reading--;
      return table([1, 2, 3]);
    });
    expect(most).toBe(1);
  });
});

function expectAll(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expectNear(found?.[index], value, 1e-12);
}
