import type { Dynamics } from '../../analysis/dynamics.js';
import type { Study } from '../../analysis/study.js';
import { left, right } from '../columns.js';
import type { Figure } from '../document.js';
import { color } from '../palette.js';
import { groupInWords } from '../sentences.js';
import { drawnDynamics, groupPanels, othersInWords } from './drawn-dynamics.js';
import { LOG_FORMAT, logAxis, type LogAxis } from './log-axis.js';
import { epochAxis, thinned, type Drawing } from './look.js';

const HEIGHT = 230;
const LINE_POINTS = 80;

/** From the first layer to the last: each stands out from light ground and from dark, and the colour-blind see blue and orange. */
const LAYER_COLORS = ['#3f78d4', '#9a62a8', '#cf6a12'];

/** Std of the gradient of every layer as lines, with that of all of them together; undefined where no run has gradients. */
export function layersFigure(study: Study, dynamics: readonly Dynamics[]): Figure | undefined {
  const shown = drawnDynamics(study, dynamics);
  if (shown.length === 0) return undefined;
  const stds = logAxis(
    shown.flatMap(({ layers, global }) => [...layers, global].flatMap(({ gradStd }) => gradStd)),
  );
  return {
    id: 'gradient-layers',
    title: 'Gradient std of the layers as lines.',
    description: `Geometric mean over seeds, on one logarithmic scale for all. Coloured: layers, from the first (blue) to the last (orange). Dashed: all of them together.${othersInWords(shown, dynamics)}`,
    panels: groupPanels(study, shown, {
      id: 'gradient-layers',
      height: () => HEIGHT,
      draw: (each) => drawingOf(each, stds),
    }),
    table: {
      caption: 'Std of the gradient in the first and the last epoch',
      columns: [
        left('configuration'),
        left('layer'),
        right('elements'),
        right('first epoch'),
        right('last epoch'),
      ],
      rows: shown.flatMap(({ group, layers, global }) =>
        [...layers, global].map(({ layer, elements, gradStd }) => [
          groupInWords(study, group),
          layer,
          String(elements),
          gradStd[0]?.toExponential(2) ?? '',
          gradStd.at(-1)?.toExponential(2) ?? '',
        ]),
      ),
    },
  };
}

function drawingOf({ layers, global }: Dynamics, { domain, values }: LogAxis): Drawing {
  const points = (stds: readonly number[]) =>
    thinned(stds.length, LINE_POINTS).flatMap((index) => {
      const std = stds[index];
      return std !== undefined && std > 0 ? { epoch: index + 1, std } : [];
    });
  const x = epochAxis(global.gradStd.length);
  const y = {
    field: 'std',
    type: 'quantitative',
    title: null,
    scale: { type: 'log', domain, nice: false },
    axis: { format: LOG_FORMAT, values },
  } as const;
  return {
    data: { values: [] },
    layer: [
      {
        data: {
          values: layers.flatMap(({ gradStd }, number) =>
            points(gradStd).map((point) => ({ number: number + 1, ...point })),
          ),
        },
        mark: { type: 'line', strokeWidth: 1.25 },
        encoding: {
          x,
          y,
          detail: { field: 'number' },
          color: {
            field: 'number',
            type: 'quantitative',
            title: 'layer',
            scale: {
              range: LAYER_COLORS,
              interpolate: 'lab',
              domain: [1, (layers.length + 1) / 2, layers.length],
            },
            legend: { orient: 'bottom', gradientLength: 200, tickMinStep: 1, format: 'd' },
          },
        },
      },
      {
        data: { values: points(global.gradStd) },
        mark: { type: 'line', strokeWidth: 2.5, strokeDash: [6, 3], color: color('ink') },
        encoding: { x, y },
      },
    ],
  };
}
