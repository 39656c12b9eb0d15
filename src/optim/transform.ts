import type { Engine, NamedTensors, Scaling, Tensor, TensorMoments } from '../tensor/engine.js';
import type { TrainableSpec } from '../tensor/layout.js';

/** A number that a transform tells of each step. */
export interface ReportSpec {
  /** Its column in steps.csv and metrics.csv: snake_case, after the transform's own name or idea. */
  readonly name: string;
  /** Unit or range, for the documentation; empty for a plain number. */
  readonly unit: string;
  /** What it is and when it is absent, for the documentation. */
  readonly meaning: string;
  /** What metrics.csv has of an epoch's steps: their mean, or the value of the last one. */
  readonly ofEpoch: 'mean' | 'last';
}

/** What a transform is given with the gradients. */
export interface TransformContext {
  /** The parameters in the order of the network. */
  readonly parameters: readonly TrainableSpec[];
  /** Of the eligible gradients, in their order. */
  readonly moments: TensorMoments;
}

/** Result of a gradient transform. */
export interface TransformResult {
  /** A new tensor, or the very same one where nothing changes, for each gradient. */
  readonly tensors: NamedTensors;
  /** What is left to be done to them, with a shift and a factor for each eligible tensor; absent: nothing. */
  readonly scaling?: Scaling;
  /** The state after the step: the tensors of `init`, by name and shape. */
  readonly state: NamedTensors;
  /** Scalars by the names of the definition's `reports`, at every step the same; absent: nothing to tell. */
  readonly reports?: NamedTensors;
}

/**
 * What is done to the gradients before the base optimizer sees them: a pure pair over named tensors. Only the
 * eligible tensors (kernels) are transformed, unless the formula says otherwise.
 */
export interface GradientTransform {
  /** The state before the first step: float32 tensors of any shape, which checkpoints keep as they are. */
  init(parameters: readonly TrainableSpec[]): NamedTensors;
  update(gradients: NamedTensors, state: NamedTensors, context: TransformContext): TransformResult;
}

/** What a transform is before there is a network: the form in which the registry has it. */
export interface TransformDefinition<Settings> {
  /** Everything that it may report. */
  readonly reports: readonly ReportSpec[];
  /** @param settings - The keys of the configuration's `optimizer` that it reads. */
  create(engine: Engine, settings: Settings): GradientTransform;
}

/** A transform without state that replaces each eligible tensor, looking at nothing else. */
export function perTensor(transform: (gradient: Tensor) => Tensor): GradientTransform {
  return {
    init: () => new Map(),
    update(gradients, state, { parameters }) {
      const eligible = new Set(parameters.filter((spec) => spec.eligible).map(({ name }) => name));
      const tensors = [...gradients].map(
        ([name, gradient]) => [name, eligible.has(name) ? transform(gradient) : gradient] as const,
      );
      return { tensors: new Map(tensors), state };
    },
  };
}

/** The tensor of that name in an optimizer's state; its absence is a mistake of ours, not the user's. */
export function stateTensor(state: NamedTensors, name: string): Tensor {
  const tensor = state.get(name);
  if (tensor === undefined) throw new Error(`the optimizer state has no tensor named ${name}`);
  return tensor;
}
