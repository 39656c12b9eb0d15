import type { Engine, NamedTensors, Tensor, TensorMoments } from '../tensor/engine.js';
import type { Layout, TrainableSpec } from '../tensor/layout.js';
import type { BaseOptimizer } from './base.js';
import type { ReportSpec } from './definition.js';
import { below } from './randomness.js';
import type { Randomness } from './randomness.js';
import type { GradientTransform } from './transform.js';

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
  /** Scalars that transform and base tell of the step, by their names among {@link Optimizer.reports}. */
  readonly reports: NamedTensors;
}

/** A transform or a base optimizer with what its definition says that it may report. */
export interface Described<Method> {
  readonly method: Method;
  readonly reports: readonly ReportSpec[];
}

/** The step that an update is for. */
export interface OptimizerStep {
  /** η of the step. */
  readonly learningRate: number;
  /** 1 for the first step of the run. */
  readonly step: number;
  /** The run's random numbers for its optimizer. */
  readonly random: Randomness;
}

/** What an optimizer is made of. */
export interface Parts {
  readonly transform: Described<GradientTransform>;
  readonly base: Described<BaseOptimizer>;
  /** λ, for the base. */
  readonly weightDecay: number;
}

/** A gradient transform and then a base optimizer, over all parameters of a network. */
export interface Optimizer {
  /** Everything that transform and base may report of a step. */
  readonly reports: readonly ReportSpec[];
  /** The state before the first step: tensors of any shape. */
  init(random: Randomness): NamedTensors;
  update(
    gradients: NamedTensors,
    state: NamedTensors,
    parameters: Tensor,
    step: OptimizerStep,
    /** Told when the transform is done and the base begins. */
    onTransformed?: () => void,
  ): OptimizerUpdate;
}

const TRANSFORM = 'transform.';
const BASE = 'base.';

/** Whether a tensor of an optimizer's state is the base's, which sees all parameters as one vector. */
export function isOfBase(name: string): boolean {
  return name.startsWith(BASE);
}

/**
 * Chains a gradient transform and a base optimizer. Their states are kept in one map, under `transform.` and `base.`.
 * Each has random numbers of its own.
 */
export function chain(engine: Engine, parts: Parts, layout: Layout<TrainableSpec>): Optimizer {
  const [transform, base] = [parts.transform.method, parts.base.method];
  const reports = [...parts.transform.reports, ...parts.base.reports];
  const specs = layout.entries;
  const measured = specs.map(({ eligible }) => eligible);
  const declared = new Set(reports.map(({ name }) => name));
  return {
    reports,
    init(random) {
      const { state } = engine.scope(() => {
        const made = join(
          transform.init({ parameters: specs, random: below(random, TRANSFORM, 0) }),
          base.init({ layout, random: below(random, BASE, 0) }),
        );
        return { state: made, keep: [...made.values()] };
      });
      return state;
    },
    update(gradients, state, parameters, { learningRate, step, random }, onTransformed) {
      const eligible = layout.inOrder(gradients).filter((_, index) => measured[index]);
      const moments = engine.tensorMoments(eligible);
      const { tensors, scaling, ...transformed } = transform.update(gradients, within(state, TRANSFORM), {
        ...{ parameters: specs, moments, step },
        random: below(random, TRANSFORM, step),
      });
      const { flat, check, ...updates } = engine.pack(layout.inOrder(tensors), { measured, scaling });
      onTransformed?.();
      const updated = base.update(flat, within(state, BASE), parameters, {
        ...{ layout, learningRate, step, weightDecay: parts.weightDecay },
        random: below(random, BASE, step),
      });
      return {
        parameters: updated.parameters,
        state: join(transformed.state, updated.state),
        flatUpdate: flat,
        check,
        moments: { gradients: moments, updates },
        reports: checkReports(
          new Map([...(transformed.reports ?? []), ...(updated.reports ?? [])]),
          declared,
        ),
      };
    },
  };
}

/** A report that nobody declared has no column to go to: a mistake of the method, not of the user. */
function checkReports(reports: NamedTensors, declared: ReadonlySet<string>): NamedTensors {
  for (const [name, { shape }] of reports) {
    if (!declared.has(name)) throw new Error(`the optimizer reports ${name}, which it does not declare`);
    if (shape.length > 0)
      throw new Error(`the optimizer reports [${shape.join(', ')}] as ${name}, not a scalar`);
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
