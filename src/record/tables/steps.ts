import type { TrainEvent } from '../../train/events.js';
import { number, optional, orEmpty, wholeNumber } from './fields.js';
import { reported } from './reports.js';
import { tableOf } from './table.js';

const { column, table } = tableOf<Extract<TrainEvent, { type: 'step' }>>();

/** steps.csv: one row every `log.everySteps` steps. New columns come last, and are `optional`. */
export const stepsTable = table(
  { fileName: 'steps.csv' },
  {
    epoch: column(wholeNumber, { meaning: 'The running epoch.', of: ({ epoch }) => epoch }),
    step: column(wholeNumber, { meaning: 'The step.', of: ({ step }) => step }),
    loss: column(number, {
      unit: 'nats',
      meaning: "The batch's mean cross-entropy, before the step's update.",
      of: ({ loss }) => loss,
    }),
    learning_rate: column(number, { meaning: 'η of the step.', of: ({ learningRate }) => learningRate }),
    grad_global_std: column(number, {
      meaning: 'Std over the concatenation of all g_l.',
      of: ({ gradGlobalStd }) => gradGlobalStd,
    }),
    autoscale_alpha: column(orEmpty(number), reported('autoscale_alpha')),
    autoscale_sigma: column(optional(orEmpty(number)), reported('autoscale_sigma')),
    autoscale_exponent: column(optional(orEmpty(number)), reported('autoscale_exponent')),
  },
);
