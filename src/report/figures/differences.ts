import type { ComparisonRow, Contrast } from '../../analysis/comparison.js';
import type { Study } from '../../analysis/study.js';
import type { Figure } from '../document.js';
import { Numbers } from '../numbers.js';
import { color } from '../palette.js';
import { left, right } from '../columns.js';
import { groupInWords } from '../sentences.js';
import { zeroRule } from './lines.js';
import { panelSpec, type Drawing } from './look.js';

const ROW_HEIGHT = 34;

interface Drawn {
  readonly name: string;
  readonly contrast: Contrast;
}

/** Differences from the baseline, seed by seed, with their intervals and the margin; undefined where there are none. */
export function differencesFigure(study: Study): Figure | undefined {
  const drawn = study.rows.flatMap((row) => drawnOf(study, row));
  if (drawn.length === 0) return undefined;
  const numbers = new Numbers(study.metric);
  const margin = study.margin === undefined ? '' : ` Shaded: the margin of ±${numbers.margin(study.margin)}.`;
  const title = numbers.differenceUnit === '' ? 'difference' : `difference, ${numbers.differenceUnit}`;
  return {
    id: 'paired-differences',
    title: 'Differences from the baseline, seed by seed.',
    description: `Small: each pair of seeds. Large: their mean, with its 95 % interval (thin) and 90 % interval (thick).${margin} Further to the ${study.metric.better === 'higher' ? 'right' : 'left'} is better.`,
    panels: [
      {
        id: 'paired-differences',
        title,
        specification: panelSpec(
          title,
          Math.max(drawn.length, 2) * ROW_HEIGHT,
          drawingOf(drawn, study, numbers),
        ),
      },
    ],
    table: {
      caption: 'Differences of each pair of seeds',
      columns: [left('contrast'), right('seed'), right('difference')],
      rows: drawn.flatMap(({ name, contrast }) =>
        contrast.pairs.map(({ seed, difference }) => [name, String(seed), numbers.difference(difference)]),
      ),
    },
  };
}

function drawnOf(study: Study, { match, contrast }: ComparisonRow): Drawn[] {
  if (match.role !== 'compared' || contrast === undefined) return [];
  if (!contrast.pairs.some(({ difference }) => Number.isFinite(difference))) return [];
  return [{ name: groupInWords(study, match.group), contrast }];
}

function drawingOf(drawn: readonly Drawn[], { margin }: Study, numbers: Numbers): Drawing {
  const x = { type: 'quantitative', title: null, axis: { tickCount: 6 } } as const;
  const y = {
    field: 'name',
    type: 'nominal',
    title: null,
    sort: drawn.map(({ name }) => name),
    axis: { ticks: false, domain: false },
  } as const;
  const scaled = (value: number | undefined): number | null =>
    value === undefined ? null : numbers.scaled(value);
  const pairs = drawn.flatMap(({ name, contrast }) =>
    contrast.pairs
      .filter(({ difference }) => Number.isFinite(difference))
      .map(({ difference }) => ({ name, difference: numbers.scaled(difference) })),
  );
  const intervals = drawn.flatMap(({ name, contrast: { paired } }) => {
    if (paired === undefined) return [];
    const { value, interval95, interval90 } = paired;
    return {
      name,
      value: scaled(value),
      low95: scaled(interval95.low),
      high95: scaled(interval95.high),
      low90: scaled(interval90.low),
      high90: scaled(interval90.high),
    };
  });
  const rule = (level: string, strokeWidth: number): Drawing['layer'][number] => ({
    data: { values: intervals },
    mark: { type: 'rule', strokeWidth, color: color('series-1') },
    encoding: { x: { ...x, field: `low${level}` }, x2: { field: `high${level}` }, y },
  });
  return {
    data: { values: [] },
    layer: [
      ...(margin === undefined ? [] : [marginBand(numbers.scaled(margin))]),
      zeroRule(),
      {
        data: { values: pairs },
        mark: { type: 'tick', color: color('muted'), thickness: 1.5, height: 12 },
        encoding: { x: { ...x, field: 'difference' }, y },
      },
      rule('95', 1.5),
      rule('90', 4),
      {
        data: { values: intervals },
        mark: { type: 'point', filled: true, size: 90, color: color('series-1'), opacity: 1 },
        encoding: { x: { ...x, field: 'value' }, y },
      },
    ],
  };
}

function marginBand(margin: number): Drawing['layer'][number] {
  return {
    data: { values: [{ low: -margin, high: margin }] },
    mark: { type: 'rect', color: color('series-3'), opacity: 0.18 },
    encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
  };
}
