import { z } from 'zod';

export const bestEpochSchema = z.strictObject({
  /** From 1. */
  epoch: z.int().min(1),
  /** Optimizer steps done when it ended. */
  step: z.int().min(1),
  /** In [0, 1]. */
  validationAccuracy: z.number().min(0).max(1),
  /** After the same epoch, in [0, 1]. */
  testAccuracy: z.number().min(0).max(1),
});

/** The epoch of a run with the highest validation accuracy: one that was not chosen by looking at the test images. */
export type BestEpoch = z.output<typeof bestEpochSchema>;

/** The better of an earlier and a later epoch; where they are equal it is the earlier. */
export function betterEpoch(earlier: BestEpoch | undefined, later: BestEpoch): BestEpoch {
  return earlier === undefined || later.validationAccuracy > earlier.validationAccuracy ? later : earlier;
}
