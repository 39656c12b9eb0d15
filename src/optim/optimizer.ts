import type { Engine, NamedTensors, Tensor, TensorMoments } from '../tensor/engine.js';
import type { Layout, TrainableSpec } from '../tensor/layout.js';
import type { BaseOptimizer, StepContext } from './base.js';
import type { GradientTransform, ReportSpec } from './transform.js';

/** Mean and population variance of each eligible tensor, [eligible]. */
export type EligibleMoments = Pick<TensorMoments, 'means' | 'variances'>;

export interface OptimizerUpdate {
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
  /** Scalars that the transform tells of the step, by their names among {@link Optimizer.reports}. */
  readonly reports: NamedTensors;
}

/** A gradient transform with what its definition says that it may report. */
export interface DescribedTransform {
  readonly transform: GradientTransform;
  readonly reports: readonly ReportSpec[];
}

/** A gradient transform and then a base optimizer, over all parameters of a network. */
export interface Optimizer {
  /** Everything that the transform may report of a step. */
  readonly reports: readonly ReportSpec[];
  /** Whether a tensor of the state is a flat vector in the order of the layout; the others have shapes of their own. */
  isFlat(name: string): boolean;
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
 * Chains a gradient transform and a base optimizer. Their states are kept in one map, under `transform.` (tensors of
 * any shape) and `base.` (flat vectors in the order of the layout).
 */
export function chain(
  engine: Engine,
  { transform, reports }: DescribedTransform,
  base: BaseOptimizer,
  layout: Layout<TrainableSpec>,
): Optimizer {
  const specs = layout.entries;
  const measured = specs.map(({ eligible }) => eligible);
  const declared = new Set(reports.map(({ name }) => name));
  return {
    reports,
    isFlat: (name) => name.startsWith(BASE),
    init: () => join(transform.init(specs), base.init(layout.size)),
    update(gradients, state, parameters, context, onTransformed) {
      const eligible = layout.inOrder(gradients).filter((_, index) => measured[index]);
      const moments = engine.tensorMoments(eligible);
      const { tensors, scaling, ...transformed } = transform.update(gradients, within(state, TRANSFORM), {
        parameters: specs,
        moments,
      });
      const { flat, check, ...updates } = engine.pack(layout.inOrder(tensors), { measured, scaling });
      onTransformed?.();
      const updated = base.update(flat, within(state, BASE), parameters, context);
      return {
        parameters: updated.parameters,
        state: join(transformed.state, updated.state),
        flatUpdate: flat,
        check,
        moments: { gradients: moments, updates },
        reports: checkReports(transformed.reports ?? new Map(), declared),
      };
    },
  };
}

/** A report that nobody declared has no column to go to: a mistake of the transform, not of the user. */
function checkReports(reports: NamedTensors, declared: ReadonlySet<string>): NamedTensors {
  for (const [name, { shape }] of reports) {
    if (!declared.has(name)) throw new Error(`the transform reports ${name}, which it does not declare`);
    if (shape.length > 0)
      throw new Error(`the transform reports [${shape.join(', ')}] as ${name}, not a scalar`);
  }
  return reports;
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
