import type { Engine, NamedTensors, Tensor, TensorMoments } from '../tensor/engine.js';
import type { Layout } from '../tensor/layout.js';
import type { BaseOptimizer, StepContext } from './base.js';
import { isEligible } from './transform.js';
import type { GradientTransform, TransformResult } from './transform.js';

/** Mean and population variance of each eligible tensor, [eligible]. */
export type EligibleMoments = Pick<TensorMoments, 'means' | 'variances'>;

export interface OptimizerUpdate extends Pick<TransformResult, 'autoscale'> {
  /** Flat parameters [size] after the step. */
  readonly parameters: Tensor;
  readonly state: NamedTensors;
  /** The flat transformed gradient [size] that the base optimizer was given. */
  readonly flatUpdate: Tensor;
  /** 0 if that is finite throughout, else NaN. */
  readonly check: Tensor;
  readonly moments: {
    readonly gradients: EligibleMoments;
    readonly updates: EligibleMoments;
  };
}

/** A gradient transform and then a base optimizer, over all parameters of a network. */
export interface Optimizer {
  init(): NamedTensors;
  update(
    gradients: NamedTensors,
    state: NamedTensors,
    parameters: Tensor,
    context: StepContext,
    /** Told when the transform is done and the base begins. */
    onTransformed?: () => void,
  ): OptimizerUpdate;
}

const TRANSFORM = 'transform.';
const BASE = 'base.';

/**
 * Chains a gradient transform and a base optimizer. Their states are kept in one map, under `transform.` (scalars)
 * and `base.` (flat vectors in the order of the layout).
 */
export function chain(
  engine: Engine,
  transform: GradientTransform,
  base: BaseOptimizer,
  layout: Layout,
): Optimizer {
  const measured = layout.entries.map(isEligible);
  return {
    init: () => join(transform.init(), base.init(layout.size)),
    update(gradients, state, parameters, context, onTransformed) {
      const moments = engine.tensorMoments(layout.inOrder(gradients).filter(isEligible));
      const { tensors, scaling, ...transformed } = transform.update(
        gradients,
        within(state, TRANSFORM),
        moments,
      );
      const { flat, check, ...updates } = engine.pack(layout.inOrder(tensors), { measured, scaling });
      onTransformed?.();
      const updated = base.update(flat, within(state, BASE), parameters, context);
      return {
        ...(transformed.autoscale && { autoscale: transformed.autoscale }),
        parameters: updated.parameters,
        state: join(transformed.state, updated.state),
        flatUpdate: flat,
        check,
        moments: { gradients: moments, updates },
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
