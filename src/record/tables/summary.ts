import { orEmpty, share, wholeNumber, word } from './fields.js';
import { tableOf } from './table.js';

/** A seed, or the mean or standard deviation over the seeds. */
export interface SummaryRow {
  readonly seed: number | 'mean' | 'std';
  readonly epochs?: number;
  readonly lastTestAccuracy: number | undefined;
  readonly bestTestAccuracy: number | undefined;
  readonly bestEpoch?: number | undefined;
  readonly outcome?: string;
}

const { column, table } = tableOf<SummaryRow>();

/** summary.csv: one row a seed, then `mean` and `std`. */
export const summaryTable = table(
  { fileName: 'summary.csv' },
  {
    seed: column(word, {
      meaning: 'The seed; `mean` and `std` in the last two rows.',
      of: ({ seed }) => seed,
    }),
    epochs: column(orEmpty(wholeNumber), { meaning: 'Completed epochs.', of: ({ epochs }) => epochs }),
    last_test_accuracy: column(orEmpty(share), {
      unit: 'share, 0 to 1',
      meaning: 'After the last epoch.',
      of: ({ lastTestAccuracy }) => lastTestAccuracy,
    }),
    best_test_accuracy: column(orEmpty(share), {
      unit: 'share, 0 to 1',
      meaning: 'The highest of any epoch. It is chosen on the test images: say so.',
      of: ({ bestTestAccuracy }) => bestTestAccuracy,
    }),
    best_epoch: column(orEmpty(wholeNumber), {
      meaning: 'The first epoch that reached it.',
      of: ({ bestEpoch }) => bestEpoch,
    }),
    outcome: column(orEmpty(word), { meaning: 'See below.', of: ({ outcome }) => outcome }),
  },
);
