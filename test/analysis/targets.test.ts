import { describe, expect, it } from 'vitest';
import { matchBaseline } from '../../src/analysis/baseline.js';
import { groupRuns } from '../../src/analysis/groups.js';
import { targetsOf } from '../../src/analysis/targets.js';
import { studyRuns } from './runs.js';

const adamw = { optimizer: { gradient: 'none' } };

function targets(...accuracies: readonly number[]): number[] {
  const runs = [...studyRuns(adamw, accuracies), ...studyRuns({}, [0.9, 0.9])];
  return targetsOf(matchBaseline(groupRuns(runs), adamw));
}

describe('targetsOf', () => {
  it('is ½, ¾ and 0.9 of what the baseline ends with, in whole percent, whatever the others do', () => {
    // Of 0.61: 0.305, 0.4575 and 0.549.
    expect(targets(0.6, 0.62)).toEqual([0.3, 0.45, 0.54]);
  });

  it('names each accuracy once, and none of 0', () => {
    expect(targets(0.016)).toEqual([0.01]);
    expect(targets(0.001)).toEqual([]);
  });
});
