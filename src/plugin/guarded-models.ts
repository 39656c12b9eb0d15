import type { ModelDefinition } from '../models/definition.js';
import type { ForwardContext, Layer, ParameterSpec } from '../nn/layer.js';
import type { ScheduleDefinition } from '../optim/schedule.js';
import type { Features } from '../tensor/operations.js';
import type { Guard } from './guard.js';

/** A model whose parts are looked at, and that is named in whatever goes wrong with it. */
export function guardedModel(definition: ModelDefinition, guard: Guard): ModelDefinition {
  return {
    ...definition,
    create(options, task) {
      const layer = guard.call('create', () => definition.create(options, task));
      const { parameters, buffers } = layer;
      requireParameters(guard, parameters);
      return {
        parameters: parameters.map((parameter) => guardedParameter(parameter, guard)),
        buffers,
        forward: (x, context) => forward(layer, guard, { x, context, classes: task.classes }),
      };
    },
  };
}

interface Call {
  readonly x: Features;
  readonly context: ForwardContext;
  readonly classes: number;
}

/** [N, height, width, channels] → [N, classes] */
function forward(layer: Layer, guard: Guard, { x, context, classes }: Call): Features {
  const logits = guard.call('forward', () => layer.forward(x, context));
  const allowed = [x.shape[0], classes].join(', ');
  if (logits.shape.join(', ') !== allowed)
    guard.refuse('forward', `found the shape [${logits.shape.join(', ')}]; allowed: [${allowed}]`);
  return logits;
}

function requireParameters(guard: Guard, parameters: readonly ParameterSpec[]): void {
  const names = new Set<string>();
  for (const { name, shape } of parameters) {
    if (names.has(name)) guard.refuse('parameters', `found ${name} twice`);
    names.add(name);
    if (!shape.every((length) => Number.isInteger(length) && length > 0))
      guard.refuse(
        `parameters: ${name}`,
        `found the shape [${shape.join(', ')}]; allowed: whole numbers above 0`,
      );
  }
  if (!parameters.some(({ eligible }) => eligible))
    guard.refuse('parameters', 'none is eligible; allowed: one at least, for a transform to transform');
}

function guardedParameter(parameter: ParameterSpec, guard: Guard): ParameterSpec {
  const part = `parameters: ${parameter.name}: initialize`;
  return {
    ...parameter,
    initialize(size, random) {
      const values = guard.call(part, () => parameter.initialize(size, random));
      if (values.length !== size) guard.refuse(part, `found ${values.length} values; allowed: ${size}`);
      if (!values.every((value) => Number.isFinite(value)))
        guard.refuse(part, 'found a value that is not finite');
      return values;
    },
  };
}

/** A decay whose rates are looked at. */
export function guardedSchedule(definition: ScheduleDefinition, guard: Guard): ScheduleDefinition {
  return {
    ...definition,
    create(options) {
      const decay = guard.call('create', () => definition.create(options));
      return (place) => {
        const rate = guard.call('the learning rate', () => decay(place));
        if (Number.isFinite(rate) && rate >= 0) return rate;
        return guard.refuse(
          'the learning rate',
          `found ${rate} ${place.epoch} epochs after the warm-up; allowed: a number from 0 on`,
        );
      };
    },
  };
}
