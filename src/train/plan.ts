import type { RunConfig } from '../config/schema.js';
import type { Split } from '../data/dataset.js';
import { UserError } from '../errors.js';
import type { Progress } from './state.js';

/** How many steps a run takes. */
export interface Plan {
  /** An epoch's last, incomplete batch is dropped. */
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

export function planOf(config: RunConfig, { train }: { readonly train: Pick<Split, 'count'> }): Plan {
  const stepsPerEpoch = Math.floor(train.count / config.batchSize);
  return { stepsPerEpoch, totalSteps: Math.min(config.epochs * stepsPerEpoch, config.maxSteps ?? Infinity) };
}

/**
 * Refuses batches that are larger than what is trained on: an incomplete one is dropped, and no step would be left.
 *
 * @throws UserError `config` naming the key
 */
export function requireWholeBatch(
  { batchSize, dataset }: Pick<RunConfig, 'batchSize' | 'dataset'>,
  { train }: { readonly train: Pick<Split, 'count'> },
): void {
  if (batchSize <= train.count) return;
  const { name, validation } = dataset;
  const heldOut =
    validation === undefined ? '' : `, without the ${validation} that dataset.validation holds out`;
  throw new UserError(
    'config',
    `batchSize: found ${batchSize}, but ${name} has ${train.count} training images${heldOut}; ` +
      `give at most ${train.count} (an incomplete batch is dropped)`,
  );
}

/**
 * Refuses a progress that no run of this plan ever has.
 *
 * @throws UserError `checkpoint`
 */
export function requireReachable({ epoch, step, stepInEpoch }: Progress, plan: Plan): void {
  const { stepsPerEpoch, totalSteps } = plan;
  const expected = Math.min(epoch * stepsPerEpoch, totalSteps) + stepInEpoch;
  if (step === expected && step <= totalSteps && stepInEpoch <= stepsPerEpoch) return;
  throw new UserError(
    'checkpoint',
    `It was made after step ${step}, ${stepInEpoch} into epoch ${epoch + 1}, which do not agree: ` +
      `an epoch has ${stepsPerEpoch} steps, the run ${totalSteps}.`,
  );
}
