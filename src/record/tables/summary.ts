import { optional, orEmpty, share, wholeNumber, word } from './fields.js';
import { tableOf } from './table.js';

/** A seed, or the mean or standard deviation over the seeds. */
export interface SummaryRow {
  readonly seed: number | 'mean' | 'std';
  readonly epochs?: number;
  readonly lastTestAccuracy: number | undefined;
  readonly bestTestAccuracy: number | undefined;
  readonly bestEpoch?: number | undefined;
  readonly outcome?: string;
  readonly lastValidationAccuracy?: number | undefined;
  readonly bestValidationAccuracy?: number | undefined;
  readonly bestValidationEpoch?: number | undefined;
  readonly testAccuracyAtBestValidation?: number | undefined;
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
    last_validation_accuracy: column(optional(orEmpty(share)), {
      unit: 'share, 0 to 1',
      meaning: 'After the last epoch. This column and those below are only there with `dataset.validation`.',
      of: ({ lastValidationAccuracy }) => lastValidationAccuracy,
      ofValidation: true,
    }),
    best_validation_accuracy: column(optional(orEmpty(share)), {
      unit: 'share, 0 to 1',
      meaning: 'The highest of any epoch. It is chosen on the validation images.',
      of: ({ bestValidationAccuracy }) => bestValidationAccuracy,
      ofValidation: true,
    }),
    best_validation_epoch: column(optional(orEmpty(wholeNumber)), {
      meaning: 'The first epoch that reached it.',
      of: ({ bestValidationEpoch }) => bestValidationEpoch,
      ofValidation: true,
    }),
    test_accuracy_at_best_validation: column(optional(orEmpty(share)), {
      unit: 'share, 0 to 1',
      meaning: 'Test accuracy after that epoch, which was not chosen on the test images.',
      of: ({ testAccuracyAtBestValidation }) => testAccuracyAtBestValidation,
      ofValidation: true,
    }),
  },
);
