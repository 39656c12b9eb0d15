import type { TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import type { Dynamics, LayerDynamics } from '../../src/analysis/dynamics.js';
import type { Group, StudyRun } from '../../src/analysis/groups.js';
import { trendOf } from '../../src/analysis/trend.js';
import type { Study } from '../../src/analysis/study.js';
import type { Figure, Panel } from '../../src/report/document.js';
import { curvesFigure } from '../../src/report/figures/curves.js';
import { differencesFigure } from '../../src/report/figures/differences.js';
import { heatMapFigure } from '../../src/report/figures/heat-map.js';
import { layersFigure } from '../../src/report/figures/layers.js';
import { logAxis } from '../../src/report/figures/log-axis.js';
import { stabilityFigure } from '../../src/report/figures/stability.js';
import { targetsFigure } from '../../src/report/figures/targets.js';
import { trendsFigure } from '../../src/report/figures/trends.js';
import { drawPanel, svgFile } from '../../src/report/svg.js';
import { studyRun, studyRuns } from '../analysis/runs.js';
import { adamw, byHand, gan, studies, vgg } from './studies.js';

function studyOf(runs: readonly StudyRun[]): Study {
  const [study] = studies(runs);
  if (study === undefined) throw new Error('there is no study');
  return study;
}

const accuracy = {
  id: 'test-accuracy',
  title: 'test accuracy',
  format: '.0%',
  scale: 'linear',
  of: (row: StudyRun['metrics'][number]) => row.test_accuracy,
  write: (value: number) => value.toFixed(3),
} as const;

function accuracyFigure(study: Study): Figure | undefined {
  return curvesFigure(study, {
    id: 'accuracy',
    title: 'Accuracy.',
    description: 'Seen.',
    curves: [accuracy],
  });
}

function layer(name: string, gradStd: readonly number[], slopes: readonly number[]): LayerDynamics {
  const trend = trendOf(new Map(slopes.map((slope, index) => [index + 1, slope])));
  return { layer: name, elements: 9, gradStd, updateStd: gradStd, trend };
}

/** Of two layers: one grows by a percent an epoch in three seeds, the other is as it was. */
function dynamicsOf(group: Group, epochs = 3): Dynamics {
  const stds = Array.from({ length: epochs }, (_, epoch) => 0.01 * 1.01 ** epoch);
  const layers = [
    layer('stem.kernel', stds, [0.01, 0.02, 0.03]),
    layer(
      'head.kernel',
      stds.map(() => 0.1),
      [0, 0, 0],
    ),
  ];
  return { group, seeds: [1, 2, 3], layers, global: layer('global', stds, [0.01, 0.01, 0.01]) };
}

function allDynamics({ rows }: Study, epochs?: number): Dynamics[] {
  return rows.map(({ match }) => dynamicsOf(match.group, epochs));
}

/** The rows of data in a specification that have such a field. */
function rowsWith(specification: TopLevelSpec | undefined, field: string): unknown[] {
  const found: unknown[] = [];
  JSON.stringify(specification, (key, value: unknown) => {
    const rows: readonly unknown[] = key === 'values' && Array.isArray(value) ? value : [];
    found.push(...rows.filter((row) => hasField(row, field)));
    return value;
  });
  return found;
}

function hasField(row: unknown, field: string): boolean {
  return typeof row === 'object' && row !== null && field in row;
}

function all(study: Study): Figure[] {
  const dynamics = allDynamics(study);
  return [
    accuracyFigure(study),
    differencesFigure(study),
    stabilityFigure([study]),
    targetsFigure(studies(byHand, { metrics: ['epochs-to:0.5'] })),
    heatMapFigure(study, dynamics),
    layersFigure(study, dynamics),
    trendsFigure(study, dynamics),
  ].filter((figure) => figure !== undefined);
}

describe('figures', () => {
  it('draw a curve a seed, the mean and its interval', () => {
    const specification = accuracyFigure(studyOf(byHand))?.panels[0]?.specification;
    // Of three seeds and two groups, two epochs each.
    expect(rowsWith(specification, 'seed')).toHaveLength(12);
    const means = rowsWith(specification, 'value').filter((row) => !hasField(row, 'seed'));
    expect(means).toHaveLength(4);
    expect(means).toContainEqual({ name: 'adamw', epoch: 2, value: 0.5 });
    // 0.52 ± 4.30265 · 0.01 / √3; adamw's seeds do not differ, and have none.
    const bands = rowsWith(specification, 'low');
    expect(bands).toHaveLength(2);
    expect(bands[1]).toMatchObject({ name: 'gan', epoch: 2 });
    expect(JSON.stringify(bands[1])).toMatch(/"low":0\.4951\d+,"high":0\.5448\d+/);
  });

  it('draw a panel for each architecture, with the same colours', () => {
    const study = studyOf([
      ...byHand,
      ...studyRuns({ ...adamw, ...vgg }, [0.4, 0.4]),
      ...studyRuns({ ...gan, ...vgg }, [0.5, 0.6]),
    ]);
    const panels = accuracyFigure(study)?.panels ?? [];
    expect(panels.map(({ id }) => id)).toEqual(['test-accuracy-resnet20', 'test-accuracy-vgg16bn']);
    const [first, second] = panels.map(({ specification }) => colorsOf(specification));
    expect(first).toEqual(second);
  });

  it('draw each pair, its interval and the margin in points', () => {
    const specification = differencesFigure(studyOf(byHand))?.panels[0]?.specification;
    const pairs = rowsWith(specification, 'difference');
    expect(pairs.map((row) => JSON.stringify(row)).join()).toMatch(
      /"difference":1[,.}].*"difference":2[,.}].*"difference":3[,.}]/,
    );
    expect(rowsWith(specification, 'low')).toEqual([{ low: -0.5, high: 0.5 }]);
    // 2 ± 4.30265 / √3
    expect(JSON.stringify(rowsWith(specification, 'low95')[0])).toMatch(/"low95":-0\.484/);
  });

  it('draw slopes in percent an epoch on one axis, the global one first', () => {
    const study = studyOf(byHand);
    const figure = trendsFigure(study, allDynamics(study));
    expect(figure?.panels).toHaveLength(2);
    const rows = rowsWith(figure?.panels[0]?.specification, 'slope');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ layer: 'global', slope: 1 });
    // 2 ± 4.30265 / √3
    expect(rows[1]).toMatchObject({ layer: 'stem', slope: 2 });
    expect(JSON.stringify(rows[1])).toMatch(/"low":-0\.484\d+,"high":4\.484/);
    expect(rows[2]).toMatchObject({ layer: 'head', slope: 0, low: 0, high: 0 });
    expect(figure?.table.rows[1]).toEqual(['adamw', 'stem.kernel', '3', '+2.00', '[-0.48, +4.48]']);
  });

  it('draw no more cells and points than can be seen', () => {
    const study = studyOf(byHand);
    const dynamics = allDynamics(study, 5000);
    const cells = rowsWith(heatMapFigure(study, dynamics)?.panels[0]?.specification, 'from');
    expect(cells).toHaveLength(1200);
    expect(cells.at(-1)).toMatchObject({ layer: 'head', to: 5000.5 });
    const points = rowsWith(layersFigure(study, dynamics)?.panels[0]?.specification, 'std');
    expect(points).toHaveLength(3 * 80);
  });

  it('say how many configurations are not drawn', () => {
    const rates = Array.from({ length: 11 }, (_, index) => 0.001 * (index + 1));
    const runs = rates.map((learningRate) => studyRun({ config: { optimizer: { learningRate } } }));
    const [study] = studies(runs, { baseline: { optimizer: { learningRate: 0.001 } } });
    if (study === undefined) throw new Error('there is no study');
    expect(accuracyFigure(study)?.description).toMatch(/ 3 more configurations are not drawn;/);
  });

  it('are left out where there is nothing to draw', () => {
    const study = studyOf(byHand);
    expect(heatMapFigure(study, [])).toBeUndefined();
    expect(layersFigure(study, [])).toBeUndefined();
    expect(trendsFigure(study, [])).toBeUndefined();
    expect(differencesFigure(studyOf(studyRuns(adamw, [0.5, 0.6])))).toBeUndefined();
    expect(targetsFigure(studies(byHand, { metrics: ['epochs-to:0.9'] }))).toBeUndefined();
  });
});

describe('drawPanel', () => {
  it('makes SVG that is read aloud, needs nothing else, and shares no id', async () => {
    const figures = all(studyOf(byHand));
    expect(figures).toHaveLength(7);
    const drawings: string[] = [];
    for (const { panels, description } of figures)
      for (const panel of panels) {
        const svg = await drawPanel(panel, description);
        expectAccessible(svg, panel, description);
        drawings.push(svg);
      }
    const ids = [...drawings.join('').matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(/<script|<image|<foreignObject|NaN|Infinity|\bhref=/.exec(drawings.join(''))).toBe(null);
  });

  it('draws the same bytes again', async () => {
    const [panel] = accuracyFigure(studyOf(byHand))?.panels ?? [];
    if (panel === undefined) throw new Error('there is no panel');
    expect(await drawPanel(panel, 'Seen.')).toBe(await drawPanel(panel, 'Seen.'));
  });

  it('draws an interval that reaches below 0 on a logarithmic axis as far as the axis goes', async () => {
    const [panel] =
      curvesFigure(studyOf(byHand), {
        ...{ id: 'std', title: 'Std.', description: 'Seen.' },
        curves: [
          { ...accuracy, scale: 'log', format: '~e', of: ({ test_accuracy: value }) => (value - 0.5) ** 2 },
        ],
      })?.panels ?? [];
    if (panel === undefined) throw new Error('there is no panel');
    expect(await drawPanel(panel, 'Seen.')).not.toMatch(/NaN|Infinity/);
  });

  it('writes files in fixed colours on white', async () => {
    const [panel] = accuracyFigure(studyOf(byHand))?.panels ?? [];
    if (panel === undefined) throw new Error('there is no panel');
    const file = svgFile(await drawPanel(panel, 'Seen.'));
    expect(file).toContain('</desc><rect width="100%" height="100%" fill="#ffffff"/>');
    expect(file).not.toContain('var(');
  });
});

describe('logAxis', () => {
  it.each([
    ['decades', [0.0021, 4], [0.01, 0.1, 1]],
    ['part of a decade', [0.003, 0.05], [0.005, 0.01, 0.02, 0.05]],
    ['less', [0.0055, 0.0081], [0.006, 0.007, 0.008]],
    ['next to nothing', [1, 1], [0.995, 1, 1.005, 1.01]],
  ])('names round numbers of %s', (_, values, ticks) => {
    expect(logAxis(values).values).toEqual(ticks);
  });

  it('shows what is above 0', () => {
    const { domain } = logAxis([0, -1, Number.NaN, Infinity, 1, 10]);
    expect(domain[0]).toBeGreaterThan(0.8);
    expect(domain[0]).toBeLessThan(1);
    expect(domain[1]).toBeLessThan(12);
  });
});

function colorsOf(specification: TopLevelSpec | undefined): readonly string[] {
  const colors = /"range":\["var\(--series-[^\]]+\]/.exec(JSON.stringify(specification));
  return [...(colors ?? [])];
}

function expectAccessible(svg: string, { id, title }: Panel, description: string): void {
  expect(svg).toMatch(
    new RegExp(`^<svg role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc"`),
  );
  expect(svg).toContain(`<title id="${id}-title">${title}</title><desc id="${id}-desc">`);
  expect(svg).toContain(`${description}</desc>`);
}
