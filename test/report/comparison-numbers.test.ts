import { describe, expect, it } from 'vitest';
import { comparisonCsv } from '../../src/report/comparison-csv.js';
import { comparisonJson } from '../../src/report/comparison-json.js';
import { divergedRun, studyRuns } from '../analysis/runs.js';
import { adamw, byHand, gan, studies } from './studies.js';

describe('comparisonCsv and comparisonJson', () => {
  it('have every number of a contrast', () => {
    const [header = '', baseline = '', row = ''] = comparisonCsv(studies(byHand)).split('\n');
    const cells = Object.fromEntries(header.split(',').map((name, index) => [name, row.split(',')[index]]));
    expect(cells).toMatchObject({
      configuration: 'gan',
      baseline: 'adamw',
      n: '3',
      pairs: '3',
      verdict: 'inconclusive',
    });
    expect(Number(cells['difference'])).toBeCloseTo(0.02, 12);
    expect(Number(cells['high_95'])).toBeCloseTo(0.02 + (4.302652729911275 * 0.01) / Math.sqrt(3), 10);
    expect(Number(cells['p_holm'])).toBeCloseTo(1 - Math.sqrt(12 / 14), 10);
    expect(cells['p_sign_flip']).toBe('0.25');
    expect(baseline.startsWith('resnet20,adamw,,last,left out,3,')).toBe(true);
  });

  it('are the same bytes for the same runs', () => {
    const json = (): string => JSON.stringify(comparisonJson(studies(byHand)));
    expect(json()).toBe(json());
    expect(JSON.parse(json())).toMatchObject({
      baseline: adamw,
      varied: ['optimizer.gradient'],
      metrics: [
        {
          name: 'last',
          unit: 'share',
          margin: 0.005,
          rows: [
            { label: 'adamw', role: 'baseline', values: [{ seed: 1, value: 0.5 }, { seed: 2 }, { seed: 3 }] },
            { label: 'gan', role: 'compared', baseline: 'adamw', contrast: { signFlipPValue: 0.25 } },
          ],
          pooled: [],
        },
      ],
    });
  });

  it('have all metrics, in their order', () => {
    const some = studies(byHand, { metrics: ['gap', 'last'] });
    const metricColumn = comparisonCsv(some)
      .split('\n')
      .map((line) => line.split(',')[3]);
    expect(metricColumn).toEqual(['metric', 'gap', 'gap', 'last', 'last']);
    expect(comparisonJson(some).metrics.map(({ name, margin }) => [name, margin])).toEqual([
      ['gap', 0.005],
      ['last', undefined],
    ]);
  });

  it('have the numbers with the runs that diverged and without them', () => {
    const runs = [
      ...studyRuns(adamw, [0.5, 0.5, 0.5, 0.5]),
      ...studyRuns(gan, [0.519, 0.52, 0.521]),
      divergedRun({ config: gan, seed: 4, accuracies: [0.2] }),
    ];
    const csv = comparisonCsv(studies(runs)).split('\n').slice(1);
    expect(csv.map((line) => line.split(',').slice(1, 7).join())).toEqual([
      'adamw,,last,left out,4,',
      'gan,adamw,last,left out,3,4 diverged',
      'adamw,,last,at last accuracy,4,',
      'gan,adamw,last,at last accuracy,4,',
    ]);
    expect(comparisonJson(studies(runs)).metrics[0]?.withDiverged?.rows[1]?.contrast?.verdict).toBe(
      'inconclusive',
    );
  });
});
