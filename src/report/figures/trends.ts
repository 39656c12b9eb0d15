import type { Dynamics, LayerDynamics } from '../../analysis/dynamics.js';
import type { Study } from '../../analysis/study.js';
import { left, right } from '../columns.js';
import type { Figure } from '../document.js';
import { color } from '../palette.js';
import { groupInWords } from '../sentences.js';
import { zeroRule } from './lines.js';
import { drawnDynamics, groupPanels, othersInWords } from './drawn-dynamics.js';
import { layerWord, type Drawing } from './look.js';

const LAYER_HEIGHT = 13;

/** The slope of every layer's log std with its interval; undefined where no run has enough epochs. */
export function trendsFigure(study: Study, dynamics: readonly Dynamics[]): Figure | undefined {
  const shown = drawnDynamics(study, dynamics).filter(({ global }) => global.trend.mean !== undefined);
  if (shown.length === 0) return undefined;
  const domain = domainOf(shown);
  return {
    id: 'gradient-trends',
    title: 'Which layers’ gradients grow, and which fall.',
    description: `Slope of the natural logarithm of the std after the warm-up, in percent an epoch: mean over seeds with its 95 % interval. Right of the line the std grows. The first line is of all layers together.${othersInWords(shown, dynamics)}`,
    panels: groupPanels(study, shown, {
      id: 'gradient-trends',
      height: ({ layers }) => (layers.length + 1) * LAYER_HEIGHT,
      draw: (each) => drawingOf(each, domain),
    }),
    table: {
      caption: 'Slope of log std, percent an epoch',
      columns: [left('configuration'), left('layer'), right('seeds'), right('slope'), right('95 % interval')],
      rows: shown.flatMap(({ group, layers, global }) =>
        [global, ...layers].map(({ layer, trend: { slopes, mean, estimate } }) => [
          groupInWords(study, group),
          layer,
          String(slopes.size),
          slopeText(mean),
          estimate === undefined
            ? ''
            : `[${slopeText(estimate.interval95.low)}, ${slopeText(estimate.interval95.high)}]`,
        ]),
      ),
    },
  };
}

/** In percent an epoch, with its sign. */
export function slopeText(slope: number | undefined): string {
  if (slope === undefined) return '';
  const text = (slope * 100).toFixed(2);
  if (Number(text) === 0) return '0.00';
  return slope > 0 ? `+${text}` : text;
}

/** One for all panels, so that they can be compared. */
function domainOf(shown: readonly Dynamics[]): number[] {
  const rows = shown.flatMap(({ layers, global }) => [global, ...layers].flatMap(rowOf));
  return [Math.min(0, ...rows.map(({ low }) => low)), Math.max(0, ...rows.map(({ high }) => high))];
}

function drawingOf({ layers, global }: Dynamics, domain: number[]): Drawing {
  const rows = [global, ...layers].flatMap(rowOf);
  const x = {
    type: 'quantitative',
    title: 'percent an epoch',
    scale: { domain, nice: true },
    axis: { tickCount: 5 },
  } as const;
  const y = {
    field: 'layer',
    type: 'nominal',
    title: null,
    sort: [global, ...layers].map(({ layer }) => layerWord(layer)),
    axis: { labelOverlap: 'greedy', labelLimit: 150, ticks: false, domain: false },
  } as const;
  return {
    data: { values: rows },
    layer: [
      zeroRule(),
      {
        mark: { type: 'rule', strokeWidth: 1.5, color: color('series-1') },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        mark: { type: 'point', filled: true, size: 35, color: color('series-1'), opacity: 1 },
        encoding: { x: { ...x, field: 'slope' }, y },
      },
    ],
  };
}

function rowOf({ layer, trend: { mean, estimate } }: LayerDynamics) {
  if (mean === undefined) return [];
  const { low, high } = estimate?.interval95 ?? { low: mean, high: mean };
  return { layer: layerWord(layer), slope: mean * 100, low: low * 100, high: high * 100 };
}
