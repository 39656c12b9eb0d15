import type { GroupCurves } from '../../analysis/curves.js';
import type { Panel } from '../document.js';
import { color } from '../palette.js';
import { logAxis } from './log-axis.js';
import {
  epochAxis,
  panelSpec,
  scalesOf,
  slug,
  thinned,
  type Cast,
  type Drawing,
  type Series,
} from './look.js';

/** With more seeds in a panel their lines are a thicket: the band says it better. */
const MOST_SEED_LINES = 60;
/** A thin line needs no more. */
const SEED_POINTS = 60;

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
  const x = epochAxis(Math.max(...drawn.flatMap(seedsOf).map(({ values }) => values.length)));
  const { floor, ...vertical } = verticalOf(subject, drawn);
  const y = { field: 'value', type: 'quantitative', title: null, ...vertical } as const;
  const layer: Drawing['layer'] = [
    {
      data: { values: bandRows(drawn, floor) },
      mark: { type: 'area', opacity: 0.13 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: { ...colors, legend: null } },
    },
    {
      data: { values: seedRows(drawn, floor) },
      mark: { type: 'line', strokeWidth: 0.75, opacity: 0.4 },
      encoding: { x, y, color: { ...colors, legend: null }, detail: { field: 'seed' } },
    },
    {
      data: { values: meanRows(drawn, floor) },
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

/** The axis, and the number below which nothing is drawn: an interval on a logarithmic one may reach below 0. */
function verticalOf({ scale, format }: LineSubject, drawn: readonly DrawnCurves[]) {
  if (scale === 'linear')
    return { floor: -Infinity, axis: { format, tickCount: 6 }, scale: { zero: false } } as const;
  const bands = drawn.flatMap(({ curves: { band } }) =>
    band.flatMap(({ low, mean, high }) => [low ?? mean, mean, high ?? mean]),
  );
  const seeds = drawn.flatMap(seedsOf).flatMap((seed) => seed.values);
  const { domain, values } = logAxis([...bands, ...seeds]);
  return { floor: domain[0], axis: { format, values }, scale: { type: 'log', domain, nice: false } } as const;
}

function seedsOf({ curves: { seeds, unfinished } }: DrawnCurves) {
  return [...seeds, ...unfinished];
}

/** A rule at a value, for drawings of differences. */
export function zeroRule(): Drawing['layer'][number] {
  return {
    data: { values: [{ zero: 0 }] },
    mark: { type: 'rule', color: color('muted') },
    encoding: { x: { field: 'zero', type: 'quantitative' } },
  };
}

function bandRows(drawn: readonly DrawnCurves[], floor: number) {
  return drawn.flatMap(({ series: { name }, curves: { band } }) =>
    thinned(band.length).flatMap((index) => {
      const point = band[index];
      if (point?.low === undefined || point.high === undefined || point.high < floor) return [];
      return { name, epoch: point.epoch, low: Math.max(point.low, floor), high: point.high };
    }),
  );
}

function meanRows(drawn: readonly DrawnCurves[], floor: number) {
  return drawn.flatMap(({ series: { name }, curves: { band } }) =>
    thinned(band.length).flatMap((index) => {
      const point = band[index];
      return point === undefined || !isSeen(point.mean, floor)
        ? []
        : { name, epoch: point.epoch, value: point.mean };
    }),
  );
}

function isSeen(value: number, floor: number): boolean {
  return Number.isFinite(value) && value >= floor;
}

/** Of one finished seed alone the mean is the line. */
function seedRows(drawn: readonly DrawnCurves[], floor: number) {
  const lines = drawn.map(({ series: { name }, curves: { seeds, unfinished } }) => ({
    name,
    seeds: [...(seeds.length < 2 ? [] : seeds), ...unfinished],
  }));
  if (lines.reduce((sum, { seeds }) => sum + seeds.length, 0) > MOST_SEED_LINES) return [];
  return lines.flatMap(({ name, seeds }) =>
    seeds.flatMap(({ seed, values }) =>
      thinned(values.length, SEED_POINTS).flatMap((index) => {
        const value = values[index];
        return value === undefined || !isSeen(value, floor) ? [] : { name, seed, epoch: index + 1, value };
      }),
    ),
  );
}
