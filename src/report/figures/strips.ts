import type { Study } from '../../analysis/study.js';
import type { DataTable, Panel } from '../document.js';
import { Numbers } from '../numbers.js';
import { color } from '../palette.js';
import { left, right } from '../columns.js';
import { groupInWords } from '../sentences.js';
import { panelSpec, slug, type Drawing } from './look.js';

const ROW_HEIGHT = 26;

/** What each seed came to by a metric, a line a group: seeds as ticks, their middle as a point. */
export function stripPanel(
  study: Study,
  middle: (values: readonly number[]) => number | undefined,
): Panel | undefined {
  const numbers = new Numbers(study.metric);
  const groups = study.rows.map(({ match, values }) => ({
    name: groupInWords(study, match.group),
    values: [...values.values()],
  }));
  const seeds = groups.flatMap(({ name, values }) =>
    values.filter(Number.isFinite).map((value) => ({ name, value: numbers.scaled(value) })),
  );
  if (seeds.length === 0) return undefined;
  const middles = groups.flatMap(({ name, values }) => {
    const value = middle(values);
    return value === undefined || !Number.isFinite(value) ? [] : { name, value: numbers.scaled(value) };
  });
  const x = {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: { zero: false, padding: 6 },
    axis: { tickCount: 5 },
  } as const;
  const y = {
    field: 'name',
    type: 'nominal',
    title: null,
    sort: groups.map(({ name }) => name),
    axis: { ticks: false, domain: false },
  } as const;
  const layer: Drawing['layer'] = [
    {
      data: { values: seeds },
      mark: { type: 'tick', color: color('muted'), thickness: 1.5, height: 12 },
      encoding: { x, y },
    },
    {
      data: { values: middles },
      mark: { type: 'point', filled: true, size: 80, color: color('series-1'), opacity: 1 },
      encoding: { x, y },
    },
  ];
  const { name } = study.metric;
  const title = numbers.unit === '' ? name : `${name}, ${numbers.unit}`;
  return {
    id: slug(name),
    title,
    specification: panelSpec(title, Math.max(groups.length, 2) * ROW_HEIGHT, { data: { values: [] }, layer }),
  };
}

/** The values of every seed by several metrics. */
export function stripTable(studies: readonly Study[], caption: string): DataTable {
  return {
    caption,
    columns: [left('outcome'), left('configuration'), right('seed'), right('value')],
    rows: studies.flatMap((study) =>
      study.rows.flatMap(({ match, values }) =>
        [...values].map(([seed, value]) => [
          study.metric.name,
          groupInWords(study, match.group),
          String(seed),
          new Numbers(study.metric).value(value),
        ]),
      ),
    ),
  };
}
