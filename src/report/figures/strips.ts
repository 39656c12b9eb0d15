import type { ComparisonRow } from '../../analysis/comparison.js';
import type { Study } from '../../analysis/study.js';
import type { DataTable, Figure, Panel } from '../document.js';
import { Numbers } from '../numbers.js';
import { color } from '../palette.js';
import { left, right } from '../columns.js';
import { groupInWords } from '../sentences.js';
import { castsOf, hiddenInWords, panelSpec, slug, type Drawing } from './look.js';

const ROW_HEIGHT = 26;

/** What each seed came to by several metrics of the same groups, and how it is told. */
export interface Strips extends Pick<Figure, 'id' | 'title' | 'description'> {
  /** Over the table. */
  readonly caption: string;
  readonly middle: (values: readonly number[]) => number | undefined;
}

/** A panel a metric, in it a line a group: seeds as ticks, their middle as a point; undefined where there are no values. */
export function stripsFigure(studies: readonly Study[], strips: Strips): Figure | undefined {
  const { id, title, description, caption, middle } = strips;
  const casts = studies.slice(0, 1).flatMap(castsOf);
  const groups = casts.flatMap(({ series }) => series.map(({ group }) => group));
  const drawn = studies.map((study) => ({
    study,
    rows: study.rows.filter(({ match }) => groups.includes(match.group)),
  }));
  const panels = drawn.flatMap((each) => stripPanel(each, middle) ?? []);
  if (panels.length === 0) return undefined;
  const hidden = hiddenInWords(casts);
  return { id, title, description: `${description}${hidden}`, panels, table: stripTable(drawn, caption) };
}

interface DrawnStudy {
  readonly study: Study;
  readonly rows: readonly ComparisonRow[];
}

function stripPanel({ study, rows }: DrawnStudy, middle: Strips['middle']): Panel | undefined {
  const numbers = new Numbers(study.metric);
  const groups = rows.map(({ match, values }) => ({
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

function stripTable(drawn: readonly DrawnStudy[], caption: string): DataTable {
  return {
    caption,
    columns: [left('outcome'), left('configuration'), right('seed'), right('value')],
    rows: drawn.flatMap(({ study, rows }) =>
      rows.flatMap(({ match, values }) =>
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
