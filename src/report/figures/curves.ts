import { curvesOf } from '../../analysis/curves.js';
import type { Group, StudyRun } from '../../analysis/groups.js';
import type { Study } from '../../analysis/study.js';
import type { DataTable, Figure } from '../document.js';
import { left, right } from '../columns.js';
import { linesPanel, type DrawnCurves, type LineSubject } from './lines.js';
import { castsOf, hiddenInWords, thinned, type Cast } from './look.js';

type Row = StudyRun['metrics'][number];

/** A column of metrics.csv that is drawn over the epochs. */
export interface Curve extends LineSubject {
  readonly of: (row: Row) => number | undefined;
  /** As its numbers are written in the table. */
  readonly write: (value: number) => string;
}

interface CurvesFigure {
  readonly id: string;
  readonly title: string;
  /** What there is to be seen. */
  readonly description: string;
  readonly curves: readonly Curve[];
}

const TABLE_ROWS = 12;
const DRAWN =
  'Thick: mean over the finished seeds. Thin: each seed, those that are not finished too. Band: 95 % interval of the mean by Student’s t, epoch by epoch.';

/** Curves of all groups over the epochs, a panel a column and architecture; undefined where no run has any of them. */
export function curvesFigure(
  study: Study,
  { id, title, description, curves }: CurvesFigure,
): Figure | undefined {
  const casts = castsOf(study);
  const drawn = casts.flatMap((cast) =>
    curves.flatMap((curve) => {
      const of = drawnCurves(cast, curve);
      return of.length === 0 ? [] : [{ cast, curve, of }];
    }),
  );
  if (drawn.length === 0) return undefined;
  return {
    id,
    title,
    description: `${description} ${DRAWN}${hiddenInWords(casts)}`,
    panels: drawn.map(({ cast, curve, of }) => linesPanel(cast, of, curve)),
    table: tableOf(title, drawn),
  };
}

function drawnCurves({ series }: Cast, { of }: Curve): DrawnCurves[] {
  const seen = (group: Group) => curvesOf(group, of);
  return series
    .map((each) => ({ series: each, curves: seen(each.group) }))
    .filter(({ curves }) => curves.band.length > 0 || curves.unfinished.length > 0);
}

function tableOf(
  title: string,
  drawn: readonly { readonly cast: Cast; readonly curve: Curve; readonly of: readonly DrawnCurves[] }[],
): DataTable {
  return {
    caption: `${title}: mean over seeds [95 % interval]`,
    columns: [left('curve'), left('configuration'), right('epoch'), right('seeds'), right('mean [95 %]')],
    rows: drawn.flatMap(({ cast, curve, of }) =>
      of.flatMap(({ series, curves: { band } }) =>
        thinned(band.length, TABLE_ROWS).flatMap((index) => {
          const point = band[index];
          if (point === undefined) return [];
          const interval =
            point.low === undefined || point.high === undefined
              ? ''
              : ` [${curve.write(point.low)}, ${curve.write(point.high)}]`;
          const name = [cast.architecture, series.name].filter((word) => word !== '').join(' ');
          return [
            [
              curve.title,
              name,
              String(point.epoch),
              String(point.n),
              `${curve.write(point.mean)}${interval}`,
            ],
          ];
        }),
      ),
    ),
  };
}
