import type { OptimizerDefinition } from '../optim/base.js';
import type { ReportSpec } from '../optim/definition.js';
import type { GradientTransform, TransformDefinition, TransformResult } from '../optim/transform.js';
import type { NamedTensors } from '../tensor/engine.js';
import type { TrainableSpec } from '../tensor/layout.js';
import { requireAlive, requireLike, requireShape, requireTensors } from './checks.js';
import type { Guard } from './guard.js';

/** A transform whose results are looked at, and that is named in whatever goes wrong with it. */
export function guardedTransform(definition: TransformDefinition, guard: Guard): TransformDefinition {
  return {
    ...definition,
    create(options, engine) {
      const transform = guard.call('create', () => definition.create(options, engine));
      return {
        init: (start) => stateOf(guard, () => transform.init(start)),
        update: (gradients, state, context) => {
          const result = guard.call('update', () => transform.update(gradients, state, context));
          requireAlive(guard, 'update', [...gradients.values(), ...state.values()]);
          requireTransformed(guard, result, { gradients, state, parameters: context.parameters });
          requireReports(guard, result.reports, definition.reports);
          return result;
        },
      } satisfies GradientTransform;
    },
  };
}

/** A base optimizer of which the same is true. */
export function guardedOptimizer(definition: OptimizerDefinition, guard: Guard): OptimizerDefinition {
  return {
    ...definition,
    create(options, engine) {
      const base = guard.call('create', () => definition.create(options, engine));
      return {
        init: (start) => stateOf(guard, () => base.init(start)),
        update: (gradient, state, parameters, context) => {
          const result = guard.call('update', () => base.update(gradient, state, parameters, context));
          // Its state and the parameters end with the step: engine.adam has taken them over by now.
          requireAlive(guard, 'update', [gradient]);
          requireObject(guard, result);
          requireShape(guard, 'update: parameters', result.parameters, parameters.shape);
          requireLike(guard, 'update: state', result.state, state);
          requireReports(guard, result.reports, definition.reports);
          return result;
        },
      };
    },
  };
}

function stateOf(guard: Guard, init: () => NamedTensors): NamedTensors {
  const state = guard.call('init', init);
  requireTensors(guard, 'init', state);
  return state;
}

interface Given {
  readonly gradients: NamedTensors;
  readonly state: NamedTensors;
  readonly parameters: readonly TrainableSpec[];
}

function requireTransformed(
  guard: Guard,
  result: TransformResult,
  { gradients, state, parameters }: Given,
): void {
  requireObject(guard, result);
  requireLike(guard, 'update: tensors', result.tensors, gradients);
  requireLike(guard, 'update: state', result.state, state);
  if (result.scaling === undefined) return;
  const eligible = parameters.filter((spec) => spec.eligible).length;
  const { shifts, factors, others } = result.scaling;
  requireShape(guard, 'update: scaling: shifts', shifts, [eligible]);
  requireShape(guard, 'update: scaling: factors', factors, [eligible]);
  requireShape(guard, 'update: scaling: others', others, []);
}

function requireReports(
  guard: Guard,
  reports: NamedTensors | undefined,
  declared: readonly ReportSpec[],
): void {
  if (reports === undefined) return;
  requireTensors(guard, 'update: reports', reports);
  for (const [name, tensor] of reports) {
    if (!declared.some((spec) => spec.name === name))
      guard.refuse('update: reports', `found ${name}, which is not among the reports of its definition`);
    requireShape(guard, `update: reports: ${name}`, tensor, []);
  }
}

function requireObject(guard: Guard, result: unknown): void {
  if (typeof result === 'object' && result !== null) return;
  guard.refuse('update', 'it returns nothing; allowed: an object with its results');
}
