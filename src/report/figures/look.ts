import { groups as groupBy } from 'd3-array';
import type { Config, TopLevelSpec } from 'vega-lite';
import type { Group } from '../../analysis/groups.js';
import type { Study } from '../../analysis/study.js';
import { color, seriesColor } from '../palette.js';

/** As wide as a phone shows it without making it smaller; CSS makes it larger where there is room. */
const WIDTH = 340;

/** More than these nobody tells apart in one drawing. */
const MOST_SERIES = 8;

/** Lines are drawn with no more points than can be seen. */
const MOST_POINTS = 100;

/** Dashes of the series in their order, so that colours need not be seen. */
const DASHES: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
  [10, 4],
  [1, 3],
  [6, 2, 1, 2],
];

/** A group as it is drawn. */
export interface Series {
  readonly group: Group;
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
}

/** The groups of an architecture, which are drawn together. */
export interface Cast {
  /** Empty where the study has one alone. */
  readonly architecture: string;
  readonly series: readonly Series[];
  /** Groups that are not drawn. */
  readonly hidden: number;
}

/** The groups of a study as all figures draw them: the same group, the same colour and dash. */
export function castsOf({ rows, labels }: Pick<Study, 'rows' | 'labels'>): Cast[] {
  const groups = rows.map(({ match }) => match.group);
  return groupBy(groups, (group) => labels.get(group)?.architecture ?? '').map(([architecture, members]) => ({
    architecture,
    series: members.slice(0, MOST_SERIES).map((group, index) => ({
      group,
      name: nameOf(group, labels.get(group)?.settings),
      color: seriesColor(index),
      dash: DASHES[index] ?? [],
    })),
    hidden: Math.max(members.length - MOST_SERIES, 0),
  }));
}

/** Where nothing varies, the group has no settings to be named after. */
function nameOf({ config }: Group, settings = ''): string {
  return settings === '' ? config.name : settings;
}

/** What is to be said of those that are not drawn; begins with a space. */
export function hiddenInWords(casts: readonly Cast[]): string {
  const hidden = casts.reduce((sum, cast) => sum + cast.hidden, 0);
  return hidden === 0 ? '' : ` ${hidden} more configurations are not drawn; comparison.csv has them.`;
}

/** A layer beside a drawing, where each is known to be a kernel. */
export function layerWord(layer: string): string {
  return layer.replace(/\.kernel$/, '');
}

/** In the name of a panel and of its file, which has at most 255 bytes. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '');
}

const CONFIG: Config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  // The drawing as a whole is told of; a word for each mark would be heard for minutes.
  aria: false,
  axis: {
    labelColor: color('muted'),
    titleColor: color('muted'),
    titleFontWeight: 'normal',
    gridColor: color('grid'),
    domainColor: color('grid'),
    tickColor: color('grid'),
    labelFontSize: 11,
    titleFontSize: 11,
    labelLimit: 130,
  },
  legend: {
    labelColor: color('ink'),
    titleColor: color('muted'),
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 11,
    labelLimit: 150,
    orient: 'bottom',
    columns: 2,
    symbolSize: 250,
    symbolStrokeWidth: 2,
    offset: 4,
  },
  title: { color: color('ink'), fontSize: 12, fontWeight: 'bold', anchor: 'start', offset: 8 },
};

type Layered = Extract<TopLevelSpec, { readonly layer: unknown }>;

/** What is drawn: data, and layers over one another. */
export type Drawing = Pick<Layered, 'data' | 'layer' | 'encoding' | 'resolve'>;

/** A drawing as all are: as wide, in the same colours. @param height - Of what is drawn in, in pixels of a phone. */
export function panelSpec(title: string, height: number, drawing: Drawing): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: CONFIG,
    width: WIDTH,
    height,
    autosize: { type: 'fit-x', contains: 'padding' },
    // Where a system's letters are wider than expected, they find room.
    padding: { left: 8, right: 8, top: 4, bottom: 4 },
    title: { text: title, limit: WIDTH - 16 },
    ...drawing,
  };
}

/** From the first epoch to the last. */
export function epochAxis(epochs: number) {
  const domain = [1, Math.max(epochs, 2)];
  return {
    field: 'epoch',
    type: 'quantitative',
    title: 'epoch',
    scale: { domain, nice: false },
    axis: { tickMinStep: 1, format: 'd', grid: false },
  } as const;
}

/** Scales that give each series its colour and its dash. */
export function scalesOf(series: readonly Series[]) {
  const domain = series.map(({ name }) => name);
  return {
    color: { domain, range: series.map((each) => each.color) },
    dash: { domain, range: series.map((each) => [...each.dash]) },
  };
}

/** Which of so many points are drawn: the first, the last, and as many between as can be seen. @param most - Two or more. */
export function thinned(length: number, most = MOST_POINTS): number[] {
  if (length <= most) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (length - 1)) / (most - 1)));
}
