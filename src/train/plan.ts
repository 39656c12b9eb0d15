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

/** @throws UserError `config` when there are fewer training images than a batch takes */
export function planOf(config: RunConfig, { train }: { readonly train: Pick<Split, 'count'> }): Plan {
  const stepsPerEpoch = Math.floor(train.count / config.batchSize);
  if (stepsPerEpoch === 0)
    throw new UserError(
      'config',
      `batchSize: found ${config.batchSize}; allowed: at most ${train.count}, the number of training images (an incomplete batch is dropped)`,
    );
  return { stepsPerEpoch, totalSteps: Math.min(config.epochs * stepsPerEpoch, config.maxSteps ?? Infinity) };
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
