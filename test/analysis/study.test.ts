import { describe, expect, it } from 'vitest';
import { groupRuns } from '../../src/analysis/groups.js';
import { metricNamed } from '../../src/analysis/metrics.js';
import { studiesOf } from '../../src/analysis/study.js';
import { studyRuns } from './runs.js';

const baseline = { optimizer: { gradient: 'none' } };
const runs = [
  ...studyRuns(baseline, [0.5, 0.5, 0.5]),
  ...studyRuns({ optimizer: { gradient: 'gan' } }, [0.51, 0.52, 0.53]),
];

function marginsOf(names: readonly string[], isDeclared: boolean): (number | undefined)[] {
  const margin = { value: 0.005, isDeclared };
  return studiesOf(groupRuns(runs), { metrics: names.map(metricNamed), baseline, margin }).map(
    (study) => study.margin,
  );
}

describe('studiesOf', () => {
  it('compares by each metric, in their order, with families of their own', () => {
    const metrics = [metricNamed('epochs-to:0.5'), metricNamed('last')];
    const studies = studiesOf(groupRuns(runs), { metrics, baseline, margin: undefined });
    expect(studies.map(({ metric, rows }) => [metric.name, rows.map(({ mean }) => mean)])).toEqual([
      ['epochs-to:0.5', [2, 2]],
      ['last', [0.5, expect.closeTo(0.52, 12)]],
    ]);
    const alone = studiesOf(groupRuns(runs), { metrics: metrics.slice(1), baseline, margin: undefined });
    expect(studies[1]?.rows[1]?.contrast).toEqual(alone[0]?.rows[1]?.contrast);
  });

  it('uses a margin that a sweep declares for test accuracies, wherever they stand', () => {
    expect(marginsOf(['gap', 'last', 'epochs-to:0.5', 'area'], true)).toEqual([
      undefined,
      0.005,
      undefined,
      0.005,
    ]);
  });

  it('uses a margin that is asked for for the first metric, and with a test accuracy for the others of it', () => {
    expect(marginsOf(['last', 'gap', 'area'], false)).toEqual([0.005, undefined, 0.005]);
    expect(marginsOf(['gap', 'noise', 'last'], false)).toEqual([0.005, undefined, undefined]);
  });
});
