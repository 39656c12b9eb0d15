import type { Layout, TrainableSpec } from '../../src/tensor/layout.js';
import { parameterLayout } from '../support/layouts.js';
import { randomTensor } from '../support/values.js';

/** A differentiable function of flat parameters, reckoned in float64. */
export interface Problem {
  readonly layout: Layout<TrainableSpec>;
  readonly start: ArrayLike<number>;
  readonly loss: (parameters: ArrayLike<number>) => number;
  readonly gradient: (parameters: ArrayLike<number>) => Float64Array;
}

/** A convex quadratic ½ Σ (a_i · (θ − minimum))² over rows a_i; its Hessian is AᵀA. */
export interface Quadratic extends Problem {
  /** The Frobenius norm of the Hessian, which no eigenvalue exceeds. */
  readonly smoothness: number;
}

export function quadratic(
  layout: Layout<TrainableSpec>,
  start: ArrayLike<number>,
  minimum: ArrayLike<number>,
  rows: readonly ArrayLike<number>[],
): Quadratic {
  const residuals = (parameters: ArrayLike<number>) => {
    const distance = Float64Array.from(parameters, (value, index) => value - at(minimum, index));
    return rows.map((row) => dot(row, distance));
  };
  const columns = Array.from({ length: layout.size }, (_, j) => rows.map((row) => at(row, j)));
  return {
    layout,
    start,
    loss: (parameters) => residuals(parameters).reduce((sum, residual) => sum + residual ** 2, 0) / 2,
    gradient: (parameters) => {
      const residual = residuals(parameters);
      return Float64Array.from(columns, (column) => dot(column, residual));
    },
    smoothness: Math.hypot(...columns.flatMap((a) => columns.map((b) => dot(a, b)))),
  };
}

/** As many normally distributed rows as there are parameters. */
export function randomRows({ size }: Layout, seed: number): Float32Array[] {
  const { data } = randomTensor(seed, [size, size]);
  return Array.from({ length: size }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

/** The unit vectors. */
export function unitRows({ size }: Layout): Float32Array[] {
  return Array.from({ length: size }, (_, i) =>
    Float32Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)),
  );
}

/** A row less, for each output of a kernel, its mean over the inputs: the same whatever is added to all of them. */
export function withoutMeans({ entries }: Layout<TrainableSpec>, row: Float32Array): Float32Array {
  const centred = row.slice();
  for (const { shape, size, offset } of entries.filter(({ eligible }) => eligible)) {
    const outputs = shape.at(-1) ?? 1;
    for (let output = 0; output < outputs; output++) {
      const column = Array.from({ length: size / outputs }, (_, input) => offset + input * outputs + output);
      const mean = column.reduce((sum, index) => sum + at(row, index), 0) / column.length;
      for (const index of column) centred[index] = at(row, index) - mean;
    }
  }
  return centred;
}

/** Rosenbrock's function Σ 100 (x_{i+1} − x_i²)² + (1 − x_i)², whose minimum is 0 at (1, …, 1). */
export function rosenbrock(layout: Layout<TrainableSpec>, start: ArrayLike<number>): Problem {
  return {
    layout,
    start,
    loss: (x) => {
      let sum = 0;
      for (let i = 0; i + 1 < x.length; i++) {
        sum += 100 * (at(x, i + 1) - at(x, i) ** 2) ** 2 + (1 - at(x, i)) ** 2;
      }
      return sum;
    },
    gradient: (x) => {
      const gradient = new Float64Array(x.length);
      for (let i = 0; i + 1 < x.length; i++) {
        const bend = at(x, i + 1) - at(x, i) ** 2;
        gradient[i] = at(gradient, i) - 400 * at(x, i) * bend - 2 * (1 - at(x, i));
        gradient[i + 1] = 200 * bend;
      }
      return gradient;
    },
  };
}

/**
 * Logistic regression with a kernel [2, 1] and a bias [1]: mean cross-entropy of whether the first coordinate
 * exceeds the second, on random points that leave a margin of 0.2.
 */
export function logisticRegression(points: number, seed: number): Problem {
  const layout = parameterLayout([
    { name: 'kernel', shape: [2, 1] },
    { name: 'bias', shape: [1] },
  ]);
  const { data } = randomTensor(seed, [points, 2]);
  const samples = Array.from({ length: points }, (_, i) => {
    const difference = at(data, 2 * i) - at(data, 2 * i + 1);
    const margin = 0.1 * Math.sign(difference);
    return {
      input: [at(data, 2 * i) + margin, at(data, 2 * i + 1) - margin, 1],
      sign: Math.sign(difference),
    };
  });
  return {
    layout,
    start: new Float64Array(layout.size),
    loss: (parameters) => {
      const losses = samples.map(({ input, sign }) => Math.log1p(Math.exp(-sign * dot(input, parameters))));
      return losses.reduce((sum, loss) => sum + loss, 0) / points;
    },
    gradient: (parameters) => {
      const gradient = new Float64Array(layout.size);
      for (const { input, sign } of samples) {
        const factor = -sign / (1 + Math.exp(sign * dot(input, parameters))) / points;
        for (const [index, value] of input.entries()) gradient[index] = at(gradient, index) + factor * value;
      }
      return gradient;
    },
  };
}

/** The element at an index that is within bounds. */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? NaN;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}
