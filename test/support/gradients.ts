import type { EngineName } from '../../src/tensor/backend.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import { Operations } from '../../src/tensor/operations.js';
import type { Features } from '../../src/tensor/operations.js';
import { Tape } from '../../src/tensor/tape.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { expectCloseToLargest } from './close.js';
import { randomTensor, upload } from './values.js';

/** A differentiable function written in the operations that layers use. */
export type Differentiable = (operations: Operations, ...inputs: readonly Tensor[]) => Features;

/** Every sixth case where a program stands in for a GPU: a difference takes two forward passes for every number. */
export function withinReach<Case>(cases: readonly Case[], backend: EngineName): readonly Case[] {
  return backend === 'webgpu' ? cases.filter((_, index) => index % 6 === 0) : cases;
}

/**
 * Central differences of a scalar function, element by element. The step is a power of two, so that adding it
 * rounds nothing but the last digits of x.
 */
export async function numericGradient(
  f: (x: Float32Array) => Promise<number>,
  x: Float32Array,
  step = 2 ** -6,
): Promise<Float64Array> {
  const gradient = new Float64Array(x.length);
  for (const [index, value] of x.entries()) {
    const above = Float32Array.from(x);
    const below = Float32Array.from(x);
    above[index] = value + step;
    below[index] = value - step;
    const distance = (above[index] ?? 0) - (below[index] ?? 0);
    gradient[index] = ((await f(above)) - (await f(below))) / distance;
  }
  return gradient;
}

/**
 * Checks what the tape gives as the gradients of Σ weights · f(inputs), with random weights, against central
 * differences. The inputs must be well away from the kinks of f.
 */
export async function expectNumericGradients(
  engine: Engine,
  inputs: readonly HostTensor[],
  f: Differentiable,
  relative = 1e-3,
): Promise<void> {
  const plain = await evaluate(engine, inputs, f);
  const weights = randomTensor(7, plain.shape);
  const analytic = await tapeGradients(engine, inputs, f, weights);
  for (const [index, input] of inputs.entries()) {
    const numeric = await numericGradient(async (data) => {
      const changed = inputs.map((other) => (other === input ? { ...input, data } : other));
      return dot(weights.data, (await evaluate(engine, changed, f)).data);
    }, input.data);
    expectCloseToLargest(analytic[index] ?? [], numeric, { relative, absolute: 1e-5 });
  }
}

async function evaluate(
  engine: Engine,
  inputs: readonly HostTensor[],
  f: Differentiable,
): Promise<HostTensor> {
  const { output } = engine.scope(() => {
    const operations = new Operations(engine);
    const output = operations.materialize(f(operations, ...inputs.map((input) => upload(engine, input))));
    return { output, keep: [output] };
  });
  const data = await engine.read(output);
  output.dispose();
  return { shape: output.shape, data };
}

async function tapeGradients(
  engine: Engine,
  inputs: readonly HostTensor[],
  f: Differentiable,
  weights: HostTensor,
): Promise<Float32Array[]> {
  const { gradients } = engine.scope(() => {
    const tape = new Tape();
    const leaves = inputs.map((input) => upload(engine, input));
    for (const leaf of leaves) tape.watch(leaf);
    const operations = new Operations(engine, tape);
    const output = operations.materialize(f(operations, ...leaves));
    const byId = tape.gradients(output, upload(engine, weights));
    const gradients = leaves.map((leaf, index) => {
      const gradient = byId.get(leaf.id);
      if (gradient === undefined) throw new Error(`no gradient reached input ${index}`);
      return gradient;
    });
    return { gradients, keep: gradients };
  });
  const values: Float32Array[] = [];
  for (const gradient of gradients) {
    values.push(await engine.read(gradient));
    gradient.dispose();
  }
  return values;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
}
