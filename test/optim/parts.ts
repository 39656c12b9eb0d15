import type { OptimizerConfig } from '../../src/config/index.js';
import { ganKeys } from '../../src/config/optimizer.js';
import type { BaseOptimizer, BaseStart, OptimizerDefinition } from '../../src/optim/base.js';
import { chain } from '../../src/optim/optimizer.js';
import type { Described, Optimizer } from '../../src/optim/optimizer.js';
import { optimizers, transforms } from '../../src/optim/registry.js';
import type { GradientTransform, TransformDefinition } from '../../src/optim/transform.js';
import type { Engine } from '../../src/tensor/engine.js';
import type { Layout, TrainableSpec } from '../../src/tensor/layout.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { parameterLayout } from '../support/layouts.js';

/* The parts of an optimizer with the defaults of the configuration but for weight decay, which is 0, and what a test changes. */

export type DescribedTransform = Described<GradientTransform>;

/** A base optimizer with its weight decay. */
export interface DescribedBase extends Described<BaseOptimizer> {
  readonly weightDecay: number;
}

type Changes = Partial<OptimizerConfig>;

export const adamw = (engine: Engine, changes: Changes = {}) => baseOf(engine, optimizers.adamw, changes);
export const adam = (engine: Engine, changes: Changes = {}) => baseOf(engine, optimizers.adam, changes);
export const sgd = (engine: Engine, changes: Changes = {}) => baseOf(engine, optimizers.sgd, changes);

export const none = (engine: Engine) => transformOf(engine, transforms.none);
export const zscore = (engine: Engine) => transformOf(engine, transforms.zscore);
export const centralize = (engine: Engine) => transformOf(engine, transforms.centralize);
export const clip = (engine: Engine, clipNorm: number) => transformOf(engine, transforms.clip, { clipNorm });
export const gan = (engine: Engine, changes: Partial<OptimizerConfig['gan']> = {}) =>
  transformOf(engine, transforms.gan, { gan: { ...ganKeys.gan.parse({}), ...changes } });

export function transformOf(
  engine: Engine,
  definition: TransformDefinition,
  changes: object = {},
): DescribedTransform {
  return {
    method: definition.create(definition.options.parse(changes), engine),
    reports: definition.reports,
  };
}

export function baseOf(
  engine: Engine,
  definition: OptimizerDefinition,
  { weightDecay = 0, ...changes }: Changes = {},
): DescribedBase {
  const method = definition.create(definition.options.parse(changes), engine);
  return { method, reports: definition.reports, weightDecay };
}

/** A transform and then a base. */
export function chained(
  engine: Engine,
  transform: DescribedTransform,
  { weightDecay, ...base }: DescribedBase,
  layout: Layout<TrainableSpec>,
): Optimizer {
  return chain(engine, { transform, base, weightDecay }, layout);
}

/** Random numbers of a run. */
export const RANDOM = optimizerRandomness(1);

/** What a base is given before the first step, for so many parameters. */
export function baseStart(size: number): BaseStart {
  return { layout: parameterLayout([{ name: 'w', shape: [size] }]), random: RANDOM };
}
