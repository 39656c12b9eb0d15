import type { Tensor } from '../engine.js';
import { rows } from '../shapes.js';
import type { Linear, LinearGradients, Saving } from '../token-operations.js';
import { runEach } from './elements.js';
import { multiply, multiplyDeep, multiplyTwice, type Product } from './product.js';
import type { Programs } from './program.js';
import { channelSum } from './sums.js';

/** x [..., I] · kernel [I, O] + bias [O] → [..., O], and what comes after it in the same pass. GELU saves what it is of. */
export function linear(programs: Programs, { x, weights, after }: Linear): Saving {
  const [inputs, outputs] = [weights.kernel.size / weights.bias.size, weights.bias.size];
  const product = {
    name: 'linear map',
    inputs: { x, weights: weights.kernel, bias: weights.bias },
    output: [...x.shape.slice(0, -1), outputs],
    ...{ rows: x.size / inputs, columns: outputs, depth: inputs },
    sizes: {},
    left: 'fn left(row : u32, k : u32) -> f32 { return x[row * uniforms.depth + k]; }',
    right: 'fn right(k : u32, column : u32) -> f32 { return weights[k * uniforms.columns + column]; }',
    ...{ leftIsByRow: true, rightIsByRow: true },
    write: 'result[at] = sum + bias[column];',
  } satisfies Product;
  if (after === undefined) return { output: multiply(programs, product), saved: [] };
  if (after === 'gelu') {
    const [sum, output] = multiplyTwice(programs, {
      ...product,
      name: 'linear map with GELU',
      left: `${NORMAL} ${product.left}`,
      write: 'let x = sum + bias[column]; result[at] = x; result1[at] = x * normalCdf(x);',
    });
    return { output, saved: [sum] };
  }
  const output = multiply(programs, {
    ...product,
    name: 'linear map with addend',
    inputs: { ...product.inputs, addend: after.addend },
    write: 'result[at] = sum + bias[column] + addend[at];',
  });
  return { output, saved: [] };
}

/** @param needed - Whether the gradient of x is wanted. */
export function linearGradient(
  programs: Programs,
  dy: Tensor,
  { x, weights: { kernel, bias }, after }: Linear,
  { saved: [sum] }: Saving,
  needed: boolean,
): LinearGradients {
  const dsum = after === 'gelu' && sum ? geluGradient(programs, dy, sum) : dy;
  const [inputs, outputs] = [kernel.size / bias.size, bias.size];
  const count = x.size / inputs;
  const sizes = {};
  const gradients = {
    x: needed
      ? multiply(programs, {
          name: 'input gradient of a linear map',
          inputs: { dy: dsum, weights: kernel },
          output: x.shape,
          ...{ rows: count, columns: inputs, depth: outputs, sizes },
          left: 'fn left(row : u32, k : u32) -> f32 { return dy[row * uniforms.depth + k]; }',
          right: 'fn right(k : u32, column : u32) -> f32 { return weights[column * uniforms.depth + k]; }',
          ...{ leftIsByRow: true, rightIsByRow: false },
        })
      : undefined,
    kernel: multiplyDeep(programs, {
      name: 'kernel gradient of a linear map',
      inputs: { x, dy: dsum },
      output: kernel.shape,
      ...{ rows: inputs, columns: outputs, depth: count, sizes },
      left: 'fn left(row : u32, k : u32) -> f32 { return x[k * uniforms.rows + row]; }',
      right: 'fn right(k : u32, column : u32) -> f32 { return dy[k * uniforms.columns + column]; }',
      ...{ leftIsByRow: false, rightIsByRow: true },
    }),
    bias: channelSum(programs, rows(dsum)),
  };
  if (dsum !== dy) dsum.dispose();
  return gradients;
}

/** dy · d/dx x · Φ(x), with d/dx x · Φ(x) = Φ(x) + x · φ(x) */
function geluGradient(programs: Programs, dy: Tensor, x: Tensor): Tensor {
  return runEach(programs, {
    name: 'gradient of GELU',
    inputs: { dy, x },
    output: dy.shape,
    sizes: {},
    text: `
      ${NORMAL}
      fn value(at : u32) -> f32 {
        let z = x[at];
        return dy[at] * (normalCdf(z) + z * ${1 / Math.sqrt(2 * Math.PI)} * exp(-0.5 * z * z));
      }`,
  });
}

/**
 * Φ, by the error function that tfjs's other backends have: Abramowitz and Stegun 1964, 7.1.26, within 1.5e-7. Its
 * complement is used as it is, so that Φ of large negative numbers keeps its digits.
 */
const NORMAL = `
  fn normalCdf(x : f32) -> f32 {
    let z = abs(x) * ${Math.SQRT1_2};
    let t = 1.0 / (1.0 + 0.3275911 * z);
    let polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    let tail = 0.5 * polynomial * exp(-z * z);
    return select(1.0 - tail, tail, x < 0.0);
  }`;
