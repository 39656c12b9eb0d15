import { datasetLabel } from '../config/index.js';
import type { RunConfig } from '../config/schema.js';
import type { Split } from '../data/dataset.js';
import { UserError } from '../errors.js';
import { printable } from '../support/text.js';
import type { Progress } from './state.js';

/** How many steps a run takes. */
export interface Plan {
  /** An epoch's last, incomplete batch is dropped. */
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

/** @throws UserError `config` when there are fewer training images than a batch takes */
export function planOf(config: RunConfig, { train }: { readonly train: Pick<Split, 'count'> }): Plan {
  const stepsPerEpoch = Math.floor(train.count / config.batchSize);
  if (stepsPerEpoch === 0) throw noWholeBatch(config, train.count);
  return { stepsPerEpoch, totalSteps: Math.min(config.epochs * stepsPerEpoch, config.maxSteps ?? Infinity) };
}

/** How many steps are left of the running epoch; none once the run has all its steps. */
export function stepsLeftInEpoch(plan: Plan, { step, stepInEpoch }: Progress): number {
  return Math.min(plan.stepsPerEpoch - stepInEpoch, plan.totalSteps - step);
}

/** Batches are larger than what is trained on: an incomplete one is dropped, and no step would be left. */
function noWholeBatch(
  { batchSize, dataset }: Pick<RunConfig, 'batchSize' | 'dataset'>,
  images: number,
): UserError {
  const { validation } = dataset;
  const heldOut =
    validation === undefined ? '' : `, without the ${validation} that dataset.validation holds out`;
  return new UserError(
    'config',
    `batchSize: found ${batchSize}; allowed: at most ${images}, the number of training images of ` +
      `${printable(datasetLabel(dataset))}${heldOut} (an incomplete batch is dropped)`,
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
