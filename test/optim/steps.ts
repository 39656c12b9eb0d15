import { expect } from 'vitest';

import type { Optimizer } from '../../src/optim/optimizer.js';
import type { Engine, NamedTensors, Tensor } from '../../src/tensor/engine.js';
import type { Layout } from '../../src/tensor/layout.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { parameterLayout } from '../support/layouts.js';
import { upload } from '../support/values.js';
import { chained, none, RANDOM } from './parts.js';
import type { DescribedBase, DescribedTransform } from './parts.js';

/** Values of a tensor in row order. */
export function values(shape: readonly number[], ...data: readonly number[]): HostTensor {
  return { shape, data: Float32Array.from(data) };
}

export type HostTensors = Readonly<Record<string, HostTensor>>;
export type HostValues = Readonly<Record<string, Float32Array>>;

/** What a gradient transform made of one step's gradients. */
export interface Transformed {
  readonly updates: HostValues;
  readonly state: HostValues;
  readonly reports: Readonly<Record<string, number>>;
}

/**
 * Sends the gradients of successive steps through a transform, each step with the state that the one before left.
 * After every step nothing but that state may be alive.
 */
export async function transformSteps(
  engine: Engine,
  { method: transform }: DescribedTransform,
  steps: readonly HostTensors[],
): Promise<Transformed[]> {
  const before = engine.liveTensors();
  const parameters = parameterLayout(specsOf(steps[0] ?? {})).entries;
  let state = transform.init({ parameters, random: RANDOM });
  const results: Transformed[] = [];
  for (const step of steps) {
    const result = engine.scope(() => {
      const gradients = new Map(Object.entries(step).map(([name, tensor]) => [name, upload(engine, tensor)]));
      const result = applyTransform(engine, transform, gradients, state);
      const { updates, state: next, reports } = result;
      return { ...result, keep: [...updates.values(), ...next.values(), ...reports.values()] };
    });
    results.push({
      updates: await readAll(engine, result.updates),
      state: await readAll(engine, result.state),
      reports: await readScalars(engine, result.reports),
    });
    disposeExcept(result.keep, result.state);
    disposeExcept(state.values(), result.state);
    state = result.state;
    expect(engine.liveTensors(), 'live tensors').toBe(before + state.size);
  }
  disposeExcept(state.values(), new Map());
  return results;
}

/** What a transform makes of gradients, in full: its tensors are scaled as it asks, the way `chain` does. */
function applyTransform(
  engine: Engine,
  transform: DescribedTransform['method'],
  gradients: NamedTensors,
  state: NamedTensors,
): Readonly<Record<'updates' | 'state' | 'reports', NamedTensors>> {
  const layout = parameterLayout(specsOf(Object.fromEntries(gradients)));
  const measured = layout.entries.map(({ eligible }) => eligible);
  const moments = engine.tensorMoments([...gradients.values()].filter((_, index) => measured[index]));
  const context = { parameters: layout.entries, moments, step: 1, random: RANDOM };
  const { tensors, scaling, ...result } = transform.update(gradients, state, context);
  const { flat } = engine.pack(layout.inOrder(tensors), {
    measured,
    scaling,
  });
  return { reports: new Map(), ...result, updates: layout.unpack(flat) };
}

function specsOf(tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>) {
  return Object.entries(tensors).map(([name, { shape }]) => ({ name, shape }));
}

/** The only step of {@link transformSteps}. */
export async function transformOnce(
  engine: Engine,
  transform: DescribedTransform,
  gradients: HostTensors,
): Promise<Transformed> {
  const [result] = await transformSteps(engine, transform, [gradients]);
  if (result === undefined) throw new Error('one step gives one result');
  return result;
}

/** What an optimizer did in one step. */
export interface OptimizerStep {
  /** Flat, before and after. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** The flat transformed gradient. */
  readonly update: Float32Array;
  readonly reports: Readonly<Record<string, number>>;
}

/** Where an optimizer starts, where it goes and how. */
export interface Descent {
  /** Flat parameters. */
  readonly start: ArrayLike<number>;
  /** Flat gradient at flat parameters, for the step counted from 1. */
  readonly gradient: (parameters: Float32Array, step: number) => ArrayLike<number>;
  readonly learningRate: (step: number) => number;
  readonly steps: number;
}

/** Takes optimizer steps. After every step nothing but the parameters and the optimizer's state may be alive. */
export async function optimizerSteps(
  engine: Engine,
  optimizer: Optimizer,
  layout: Layout,
  { start, gradient, learningRate, steps }: Descent,
): Promise<OptimizerStep[]> {
  const live = engine.liveTensors();
  let before: Float32Array = Float32Array.from(start);
  let parameters = engine.tensor(before, [layout.size]);
  let state = optimizer.init(RANDOM);
  const results: OptimizerStep[] = [];
  for (let step = 1; step <= steps; step++) {
    const result = engine.scope(() => {
      const flat = engine.tensor(Float32Array.from(gradient(before, step)), [layout.size]);
      const context = { learningRate: learningRate(step), step, random: RANDOM };
      const result = optimizer.update(layout.unpack(flat), state, parameters, context);
      const reported = [result.flatUpdate, ...result.reports.values()];
      return { ...result, reported, keep: [result.parameters, ...result.state.values(), ...reported] };
    });
    const after = await engine.read(result.parameters);
    const update = await engine.read(result.flatUpdate);
    results.push({ before, after, update, reports: await readScalars(engine, result.reports) });
    disposeExcept([...result.reported, ...state.values(), parameters], result.state);
    ({ parameters, state } = result);
    before = after;
    expect(engine.liveTensors(), 'live tensors').toBe(live + 1 + state.size);
  }
  disposeExcept([parameters, ...state.values()], new Map());
  return results;
}

/** Parameters after each step of a base optimizer that is given these gradients in turn. */
export async function baseSteps(
  engine: Engine,
  base: DescribedBase,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
): Promise<Float32Array[]> {
  const layout = parameterLayout([{ name: 'w', shape: [start.length] }]);
  const steps = await optimizerSteps(engine, chained(engine, none(engine), base, layout), layout, {
    start,
    gradient: (_, step) => gradients[step - 1] ?? [],
    learningRate: () => learningRate,
    steps: gradients.length,
  });
  return steps.map(({ after }) => after);
}

async function readAll(engine: Engine, tensors: NamedTensors): Promise<HostValues> {
  const read: Record<string, Float32Array> = {};
  for (const [name, tensor] of tensors) read[name] = await engine.read(tensor);
  return read;
}

async function readScalars(engine: Engine, tensors: NamedTensors): Promise<Record<string, number>> {
  const read = await readAll(engine, tensors);
  return Object.fromEntries(Object.entries(read).map(([name, [value = NaN]]) => [name, value]));
}

function disposeExcept(tensors: Iterable<Tensor>, kept: NamedTensors): void {
  const stays = new Set(kept.values());
  for (const tensor of tensors) if (!stays.has(tensor)) tensor.dispose();
}

/** A kernel and a bias of two elements each. */
export const LAYOUT = parameterLayout([
  { name: 'kernel', shape: [2, 1] },
  { name: 'bias', shape: [2] },
]);

/** Steps in {@link LAYOUT} down the same gradients: kernel 1, 3 and bias 5, −7. */
export const DESCENT = {
  start: [10, 20, 30, 40],
  gradient: () => [1, 3, 5, -7],
  learningRate: () => 0.1,
};
