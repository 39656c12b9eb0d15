import type { LayerStatistics } from '../../train/events.js';
import { number, wholeNumber, word } from './fields.js';
import { tableOf } from './table.js';

/** The statistics of a layer in an epoch. */
export interface LayerOfEpoch extends LayerStatistics {
  readonly epoch: number;
}

const { column, table } = tableOf<LayerOfEpoch>();

/** gradients.csv: one row an epoch and layer, the last of an epoch named `global`. */
export const gradientsTable = table(
  { fileName: 'gradients.csv' },
  {
    epoch: column(wholeNumber, { meaning: 'The epoch.', of: ({ epoch }) => epoch }),
    layer: column(word, {
      meaning: 'Name of the tensor, as in the checkpoints (`stage1.block1.conv1.kernel`), or `global`.',
      of: ({ layer }) => layer,
    }),
    elements: column(wholeNumber, {
      meaning: 'n_l; for `global` N = Σ n_l.',
      of: ({ elements }) => elements,
    }),
    grad_mean: column(number, { meaning: 'Mean of g_l.', of: ({ gradMean }) => gradMean }),
    grad_std: column(number, { meaning: 'Std of g_l.', of: ({ gradStd }) => gradStd }),
    update_mean: column(number, { meaning: 'Mean of u_l.', of: ({ updateMean }) => updateMean }),
    update_std: column(number, { meaning: 'Std of u_l.', of: ({ updateStd }) => updateStd }),
  },
);
