import type { NamedTensors, Tensor } from '../tensor/engine.js';
import type { Layout } from '../tensor/layout.js';
import type { BaseOptimizer, StepContext } from './base.js';
import type { GradientTransform, TransformResult } from './transform.js';

export interface OptimizerUpdate extends Pick<TransformResult, 'updates' | 'autoscale'> {
  /** Flat parameters [size] after the step. */
  readonly parameters: Tensor;
  readonly state: NamedTensors;
  /** The flat transformed gradient [size] that the base optimizer was given. */
  readonly flatUpdate: Tensor;
}

/** A gradient transform and then a base optimizer, over all parameters of a network. */
export interface Optimizer {
  init(): NamedTensors;
  update(
    gradients: NamedTensors,
    state: NamedTensors,
    parameters: Tensor,
    context: StepContext,
  ): OptimizerUpdate;
}

const TRANSFORM = 'transform.';
const BASE = 'base.';

/**
 * Chains a gradient transform and a base optimizer. Their states are kept in one map, under `transform.` (scalars)
 * and `base.` (flat vectors in the order of the layout).
 */
export function chain(transform: GradientTransform, base: BaseOptimizer, layout: Layout): Optimizer {
  return {
    init: () => join(transform.init(), base.init(layout.size)),
    update(gradients, state, parameters, context) {
      const transformed = transform.update(gradients, within(state, TRANSFORM));
      const flatUpdate = layout.pack(transformed.updates);
      const updated = base.update(flatUpdate, within(state, BASE), parameters, context);
      return {
        updates: transformed.updates,
        ...(transformed.autoscale && { autoscale: transformed.autoscale }),
        parameters: updated.parameters,
        state: join(transformed.state, updated.state),
        flatUpdate,
      };
    },
  };
}

function join(transform: NamedTensors, base: NamedTensors): NamedTensors {
  return new Map([
    ...[...transform].map(([name, tensor]) => [TRANSFORM + name, tensor] as const),
    ...[...base].map(([name, tensor]) => [BASE + name, tensor] as const),
  ]);
}

function within(state: NamedTensors, prefix: string): NamedTensors {
  return new Map(
    [...state]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}
