import { describe, expect, it } from 'vitest';
import { withDiverged } from '../../src/analysis/diverged.js';
import { groupRuns, type StudyRun } from '../../src/analysis/groups.js';
import { metricNamed } from '../../src/analysis/metrics.js';
import { studiesOf, type Study } from '../../src/analysis/study.js';
import { divergedRun, studyRun, studyRuns } from './runs.js';

const adamw = { optimizer: { gradient: 'none' }, epochs: 4 };
const gan = { optimizer: { gradient: 'gan' }, epochs: 4 };

const accuraciesOf = ({ metrics }: StudyRun): number[] => metrics.map((row) => row.test_accuracy);

describe('withDiverged', () => {
  it('has no groups where no run diverged, whyever it failed', () => {
    const failed = studyRun({ config: gan, seed: 4, outcome: 'failed', reason: 'the loss is NaN' });
    expect(withDiverged(groupRuns([...studyRuns(gan, [0.5, 0.6]), failed]))).toBeUndefined();
  });

  it('holds a run that diverged at its last epoch until the last of its configuration', () => {
    const runs = [
      studyRun({ config: gan, seed: 1 }),
      divergedRun({ config: gan, seed: 2, accuracies: [0.2, 0.1] }),
      studyRun({ config: gan, seed: 3 }),
    ];
    const [group] = withDiverged(groupRuns(runs))?.groups ?? [];
    expect(group?.runs.map(({ state }) => state.seed)).toEqual([1, 2, 3]);
    expect(group?.runs.map(accuraciesOf)[1]).toEqual([0.2, 0.1, 0.1, 0.1]);
    expect(group?.runs[1]?.metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(group).toMatchObject({ absent: [], diverged: [] });
  });

  it('goes by the steps of the first epoch where the configuration has fewer than its epochs', () => {
    const config = { ...gan, maxSteps: 25 };
    const [group] = withDiverged(groupRuns([divergedRun({ config, accuracies: [0.2] })]))?.groups ?? [];
    expect(group?.runs.map(accuraciesOf)).toEqual([[0.2, 0.2, 0.2]]);
  });

  it('leaves absent what diverged in its first epoch, and what failed otherwise', () => {
    const grouping = groupRuns([
      divergedRun({ config: gan, seed: 1, accuracies: [0.2] }),
      divergedRun({ config: gan, seed: 2, accuracies: [] }),
      studyRun({ config: gan, seed: 3, outcome: 'failed' }),
    ]);
    expect(grouping.groups[0]?.absent.map(({ outcome }) => outcome)).toEqual([
      'diverged',
      'diverged',
      'failed',
    ]);
    const [group] = withDiverged(grouping)?.groups ?? [];
    expect(group?.runs.map(({ state }) => state.seed)).toEqual([1]);
    expect(group?.absent.map(({ seed, outcome }) => [seed, outcome])).toEqual([
      [2, 'diverged'],
      [3, 'failed'],
    ]);
  });

  it('counts no run of a seed that another one finished', () => {
    const runs = [studyRun({ config: gan, folder: 'b' }), divergedRun({ config: gan, accuracies: [0.2] })];
    const grouping = groupRuns(runs);
    expect(grouping.groups[0]?.duplicates).toHaveLength(1);
    expect(withDiverged(grouping)).toBeUndefined();
  });
});

describe('studiesOf runs of which one diverged', () => {
  const study = (name: string): Study | undefined => {
    const runs = [
      ...studyRuns(adamw, [0.5, 0.5, 0.5]),
      ...studyRuns(gan, [0.51, 0.52]),
      divergedRun({ config: gan, seed: 3, accuracies: [0.3, 0.2] }),
    ];
    const options = { metrics: [metricNamed(name)], baseline: adamw, margin: undefined };
    return studiesOf(groupRuns(runs), options)[0];
  };

  it('compares with it and without it', () => {
    const { rows, withDiverged: other } = study('last') ?? {};
    expect(rows?.[1]?.contrast?.pairs.map(({ difference }) => difference)).toEqual([
      expect.closeTo(0.01, 12),
      expect.closeTo(0.02, 12),
    ]);
    // (0.01 + 0.02 − 0.3) / 3.
    expect(other?.rows[1]?.contrast?.paired?.value).toBeCloseTo(-0.09, 12);
    expect(other?.rows[1]?.values.get(3)).toBe(0.2);
  });

  it('has it reach no target any more, and at its last accuracy for the area', () => {
    expect(study('epochs-to:0.4')?.withDiverged?.rows[1]?.values.get(3)).toBe(Infinity);
    expect(study('epochs-to:0.3')?.withDiverged?.rows[1]?.values.get(3)).toBe(1);
    // (0.3 + 0.2 + 0.2 + 0.2) / 4.
    expect(study('area')?.withDiverged?.rows[1]?.values.get(3)).toBeCloseTo(0.225, 12);
  });

  it.each(['noise', 'gap', 'test-loss', 'gradient-noise'])('has no such %s', (name) => {
    expect(study(name)?.withDiverged).toBeUndefined();
  });
});
