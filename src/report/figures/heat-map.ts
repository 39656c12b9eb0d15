import type { Dynamics } from '../../analysis/dynamics.js';
import type { Study } from '../../analysis/study.js';
import { left, right } from '../columns.js';
import type { DataTable, Figure } from '../document.js';
import { groupInWords } from '../sentences.js';
import { drawnDynamics, groupPanels, othersInWords } from './drawn-dynamics.js';
import { LOG_FORMAT, logAxis, type LogAxis } from './log-axis.js';
import { layerWord, thinned, type Drawing } from './look.js';

/** More cells than this cannot be seen in a panel. */
const MOST_CELLS = 1200;
/** Of all panels together, so that a page with many of them can still be opened. */
const MOST_CELLS_OF_ALL = 6_000;
const FEWEST_COLUMNS = 12;
const LAYER_HEIGHT = 11;
const TABLE_COLUMNS = 6;
/** Cells reach a little under the next one, or the ground shines between them: as a share of the width. */
const SEAM = 0.005;

/** Std of the gradient of every layer over the epochs, as the paper draws it; undefined where no run has gradients. */
export function heatMapFigure(study: Study, dynamics: readonly Dynamics[]): Figure | undefined {
  const shown = drawnDynamics(study, dynamics);
  if (shown.length === 0) return undefined;
  const colors = logAxis(shown.flatMap(({ layers }) => layers.flatMap(({ gradStd }) => gradStd)));
  const most = Math.min(MOST_CELLS, MOST_CELLS_OF_ALL / shown.length);
  return {
    id: 'gradient-heat-map',
    title: 'Gradient std of every layer over the epochs.',
    description: `Layers in model order, the first at the top; geometric mean over seeds; one logarithmic colour scale for all, dark is small.${othersInWords(shown, dynamics)}`,
    panels: groupPanels(study, shown, {
      id: 'gradient-heat-map',
      height: ({ layers }) => Math.max(layers.length * LAYER_HEIGHT, 60),
      draw: (each) => drawingOf(each, { colors, most }),
    }),
    table: tableOf(study, shown),
  };
}

interface Scope {
  readonly colors: LogAxis;
  /** Cells. */
  readonly most: number;
}

function drawingOf({ layers }: Dynamics, { colors, most }: Scope): Drawing {
  const epochs = Math.max(...layers.map(({ gradStd }) => gradStd.length));
  const columns = Math.max(Math.floor(most / layers.length), FEWEST_COLUMNS);
  const starts = thinned(epochs, columns);
  const seam = epochs * SEAM;
  const cells = layers.flatMap(({ layer, gradStd }) =>
    starts.flatMap((epoch, index) => {
      const std = gradStd[epoch];
      const end = starts[index + 1] ?? epochs;
      return std !== undefined && std > 0
        ? { layer: layerWord(layer), from: epoch + 0.5, to: Math.min(end + seam, epochs) + 0.5, std }
        : [];
    }),
  );
  return {
    data: { values: cells },
    layer: [
      {
        mark: { type: 'rect', stroke: null, height: { band: 1.1 } },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            title: 'epoch',
            scale: { domain: [0.5, epochs + 0.5], nice: false },
            axis: { tickMinStep: 1, format: 'd', grid: false },
          },
          x2: { field: 'to' },
          y: {
            field: 'layer',
            type: 'nominal',
            title: null,
            sort: layers.map(({ layer }) => layerWord(layer)),
            axis: { labelFontSize: 11, labelLimit: 150, labelOverlap: 'greedy', ticks: false, domain: false },
          },
          color: {
            field: 'std',
            type: 'quantitative',
            title: 'std',
            scale: { type: 'log', domain: colors.domain, scheme: 'viridis' },
            legend: { orient: 'bottom', format: LOG_FORMAT, gradientLength: 200, values: colors.values },
          },
        },
      },
    ],
  };
}

function tableOf(study: Study, shown: readonly Dynamics[]): DataTable {
  return {
    caption: 'Std of the gradient by layer and epoch',
    columns: [left('configuration'), left('layer'), right('epoch'), right('std')],
    rows: shown.flatMap(({ group, layers }) =>
      layers.flatMap(({ layer, gradStd }) =>
        thinned(gradStd.length, TABLE_COLUMNS).map((index) => [
          groupInWords(study, group),
          layer,
          String(index + 1),
          gradStd[index]?.toExponential(2) ?? '',
        ]),
      ),
    ),
  };
}
