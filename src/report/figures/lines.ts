import type { GroupCurves } from '../../analysis/curves.js';
import type { Panel } from '../document.js';
import { color } from '../palette.js';
import { panelSpec, scalesOf, slug, thinned, type Cast, type Drawing, type Series } from './look.js';

/** With more seeds in a panel their lines are a thicket: the band says it better. */
const MOST_SEED_LINES = 60;
/** A thin line needs no more. */
const SEED_POINTS = 80;

const HEIGHT = 230;

/** The lines of the means have one, which is that of all. */
const OWN_LEGENDS = { legend: { color: 'independent', strokeDash: 'independent' } } as const;

/** What lines are drawn of. */
export interface LineSubject {
  readonly id: string;
  readonly title: string;
  readonly format: string;
  readonly scale: 'linear' | 'log';
}

/** The curves of a group, as a series. */
export interface DrawnCurves {
  readonly series: Series;
  readonly curves: GroupCurves;
}

/**
 * The curves of the groups of an architecture over the epochs: each seed thin, the mean thick, with its 95 % interval as
 * a band.
 */
export function linesPanel(
  { architecture }: Cast,
  drawn: readonly DrawnCurves[],
  subject: LineSubject,
): Panel {
  const title = [architecture, subject.title].filter((word) => word !== '').join(': ');
  const scales = scalesOf(drawn.map(({ series }) => series));
  const colors = { field: 'name', type: 'nominal', scale: scales.color, title: null } as const;
  const dashes = { field: 'name', type: 'nominal', scale: scales.dash, title: null } as const;
  const x = {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    axis: { tickMinStep: 1, format: 'd', grid: false },
  } as const;
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    axis: { format: subject.format, tickCount: 6 },
    scale: scaleOf(subject),
  } as const;
  const layer: Drawing['layer'] = [
    {
      data: { values: bandRows(drawn) },
      mark: { type: 'area', opacity: 0.16 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: { ...colors, legend: null } },
    },
    {
      data: { values: seedRows(drawn) },
      mark: { type: 'line', strokeWidth: 0.75, opacity: 0.4 },
      encoding: { x, y, color: { ...colors, legend: null }, detail: { field: 'seed' } },
    },
    {
      data: { values: meanRows(drawn) },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: { x, y, color: colors, strokeDash: dashes },
    },
  ];
  const id = [subject.id, slug(architecture)].filter((word) => word !== '').join('-');
  return {
    id,
    title,
    specification: panelSpec(title, HEIGHT, { data: { values: [] }, layer, resolve: OWN_LEGENDS }),
  };
}

/** A logarithmic axis shows what there is: the decades beside it would be empty. */
function scaleOf({ scale }: LineSubject) {
  return scale === 'log' ? ({ type: 'log', nice: false } as const) : ({ zero: false } as const);
}

/** A rule at a value, for drawings of differences. */
export function zeroRule(): Drawing['layer'][number] {
  return {
    data: { values: [{ zero: 0 }] },
    mark: { type: 'rule', color: color('muted') },
    encoding: { x: { field: 'zero', type: 'quantitative' } },
  };
}

function bandRows(drawn: readonly DrawnCurves[]) {
  return drawn.flatMap(({ series: { name }, curves: { band } }) =>
    thinned(band.length).flatMap((index) => {
      const point = band[index];
      if (point?.low === undefined || point.high === undefined) return [];
      return { name, epoch: point.epoch, low: point.low, high: point.high };
    }),
  );
}

function meanRows(drawn: readonly DrawnCurves[]) {
  return drawn.flatMap(({ series: { name }, curves: { band } }) =>
    thinned(band.length).flatMap((index) => {
      const point = band[index];
      return point === undefined || !Number.isFinite(point.mean)
        ? []
        : { name, epoch: point.epoch, value: point.mean };
    }),
  );
}

/** Of one finished seed alone the mean is the line. */
function seedRows(drawn: readonly DrawnCurves[]) {
  const lines = drawn.map(({ series: { name }, curves: { seeds, unfinished } }) => ({
    name,
    seeds: [...(seeds.length < 2 ? [] : seeds), ...unfinished],
  }));
  if (lines.reduce((sum, { seeds }) => sum + seeds.length, 0) > MOST_SEED_LINES) return [];
  return lines.flatMap(({ name, seeds }) =>
    seeds.flatMap(({ seed, values }) =>
      thinned(values.length, SEED_POINTS).flatMap((index) => {
        const value = values[index];
        return value === undefined || !Number.isFinite(value) ? [] : { name, seed, epoch: index + 1, value };
      }),
    ),
  );
}
