import type { AdamStep, AdamTensors, Engine, Tensor } from '../../src/tensor/engine.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { randomTensor, upload } from '../support/values.js';

/** Around the pieces of 16384 numbers that the kernels work on, and ends that fill no vector. */
export const SIZES: readonly number[] = [1, 17, 16383, 16384, 16385, 100_000];

/** Random numbers of those sizes around means of 0, 1, 2, …; every other tensor is a kernel, the first one too. */
export function gradientsOfAllSizes(): HostTensor[] {
  return SIZES.map((size, index) => {
    const { data } = randomTensor(index, [size]);
    return { data: data.map((value) => value + index), shape: index % 2 === 0 ? [size, 1] : [size] };
  });
}

/** Mean and population variance in double precision. */
export function population(values: ArrayLike<number>): { mean: number; variance: number } {
  const all = Float64Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return { mean, variance: all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length };
}

/** What an operation gives, on the host. Neither that nor what the operation was given stays alive. */
async function valuesOf(engine: Engine, operation: () => readonly Tensor[]): Promise<Float32Array[]> {
  const before = engine.liveTensors();
  const { keep } = engine.scope(() => ({ keep: operation() }));
  const values: Float32Array[] = [];
  for (const tensor of keep) {
    values.push(await engine.read(tensor));
    tensor.dispose();
  }
  if (engine.liveTensors() !== before) throw new Error(`${engine.liveTensors() - before} tensors are left`);
  return values;
}

const NOTHING = new Float32Array();

/** The moments of tensors with these values. */
export async function momentsOf(engine: Engine, tensors: readonly HostTensor[]) {
  const [means = NOTHING, variances = NOTHING, std = NOTHING] = await valuesOf(engine, () => {
    const moments = engine.tensorMoments(tensors.map((tensor) => upload(engine, tensor)));
    return [moments.means, moments.variances, moments.std];
  });
  return { means, variances, std };
}

export interface HostScaling {
  readonly shifts: readonly number[];
  readonly factors: readonly number[];
  readonly others: number;
}

/** Tensors with these values, packed; with a scaling if one is given. */
export async function packed(
  engine: Engine,
  tensors: readonly HostTensor[],
  measured: readonly boolean[],
  host?: HostScaling,
) {
  const [flat = NOTHING, means = NOTHING, variances = NOTHING, check = NOTHING] = await valuesOf(
    engine,
    () => {
      const scaling = host && {
        shifts: upload(engine, vector(...host.shifts)),
        factors: upload(engine, vector(...host.factors)),
        others: engine.tensor(Float32Array.of(host.others), []),
      };
      const result = engine.pack(
        tensors.map((tensor) => upload(engine, tensor)),
        { measured, scaling },
      );
      return [result.flat, result.means, result.variances, result.check];
    },
  );
  return { flat, means, variances, check: check[0] };
}

/** What {@link AdamTensors} are on the host. */
export type AdamValues = { readonly [Name in keyof AdamTensors]: Float32Array };

/** Moments and parameters after a step of Adam. */
export async function adamOf(engine: Engine, values: AdamValues, step: AdamStep) {
  const flat = (data: Float32Array): Tensor => engine.tensor(data, [data.length]);
  const [first = NOTHING, second = NOTHING, parameters = NOTHING] = await valuesOf(engine, () => {
    const tensors = {
      ...{ gradient: flat(values.gradient), first: flat(values.first) },
      ...{ second: flat(values.second), parameters: flat(values.parameters) },
    };
    const result = engine.adam(tensors, step);
    return [result.first, result.second, result.parameters];
  });
  return { first, second, parameters };
}

/** The numbers as a host tensor of rank 1. */
export function vector(...data: readonly number[]): HostTensor {
  return { shape: [data.length], data: Float32Array.from(data) };
}
