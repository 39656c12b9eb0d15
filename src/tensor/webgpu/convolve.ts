import type { ConvolutionGeometry, Tensor } from '../engine.js';
import { dimensions4 } from '../shapes.js';
import { multiply, multiplyDeep } from './product.js';
import type { Programs } from './program.js';

/**
 * x [N, H, W, I], kernel [K, K, I, O] → [N, H', W', O], with a bias [O] added if there is one: a product of windows
 * [pixels, K · K · I] with the kernel.
 */
export function convolve(
  programs: Programs,
  x: Tensor,
  kernel: Tensor,
  geometry: ConvolutionGeometry,
  bias?: Tensor,
): Tensor {
  const [size, , inputs, outputs] = dimensions4(kernel);
  const [n, h, w] = dimensions4(x);
  const { stride, padding } = geometry;
  const rows = Math.floor((h + 2 * padding - size) / stride) + 1;
  const columns = Math.floor((w + 2 * padding - size) / stride) + 1;
  const output = [n, rows, columns, outputs];
  return multiply(programs, {
    name: bias ? 'convolution with bias' : 'convolution',
    inputs: bias ? { x, weights: kernel, bias } : { x, weights: kernel },
    output,
    ...{ rows: n * rows * columns, columns: outputs, depth: size * size * inputs },
    sizes: sizesOf(kernel, x, output, geometry),
    left: `${WINDOWS} fn left(row : u32, k : u32) -> f32 { return windowed(row, k); }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return weights[k * OUTPUTS + column]; }',
    ...{ leftIsByRow: true, rightIsByRow: true },
    ...(bias && { write: 'result[at] = sum + bias[column];' }),
  });
}

/**
 * dy [N, H', W', O] → [N, H, W, I], added to another such gradient if there is one: for each pixel of x a product of
 * those pixels of dy whose windows it lies in with the kernel. With a stride some taps have none.
 */
export function inputGradient(
  programs: Programs,
  dy: Tensor,
  kernel: Tensor,
  x: Tensor,
  geometry: ConvolutionGeometry,
  addend?: Tensor,
): Tensor {
  const [size, , inputs, outputs] = dimensions4(kernel);
  const [n, h, w] = dimensions4(x);
  return multiply(programs, {
    name: addend ? 'input gradient with addend' : 'input gradient',
    inputs: addend ? { dy, weights: kernel, addend } : { dy, weights: kernel },
    output: x.shape,
    ...{ rows: n * h * w, columns: inputs, depth: size * size * outputs },
    sizes: sizesOf(kernel, x, dy.shape, geometry),
    left: `
      fn left(pixel : u32, k : u32) -> f32 {
        let tap = k / OUTPUTS;
        // Wraps where it is negative, to more than any size.
        let row = pixel / W % H + PADDING - tap / SIZE;
        let column = pixel % W + PADDING - tap % SIZE;
        if (row % STRIDE != 0u || column % STRIDE != 0u) { return 0.0; }
        let y = row / STRIDE;
        let x = column / STRIDE;
        if (y >= ROWS || x >= COLUMNS) { return 0.0; }
        return dy[((pixel / (H * W) * ROWS + y) * COLUMNS + x) * OUTPUTS + k % OUTPUTS];
      }`,
    right: `
      fn right(k : u32, input : u32) -> f32 {
        return weights[(k / OUTPUTS * INPUTS + input) * OUTPUTS + k % OUTPUTS];
      }`,
    ...{ leftIsByRow: true, rightIsByRow: false },
    ...(addend && { write: 'result[at] = sum + addend[at];' }),
  });
}

/**
 * x [N, H, W, I], dy [N, H', W', O] → gradient of the kernel [K, K, I, O]: a product of the windows with dy, over all
 * pixels.
 */
export function kernelGradient(
  programs: Programs,
  dy: Tensor,
  kernel: Tensor,
  x: Tensor,
  geometry: ConvolutionGeometry,
): Tensor {
  const [size, , inputs, outputs] = dimensions4(kernel);
  const [n, rows, columns] = dimensions4(dy);
  const pixels = n * rows * columns;
  const weights = size * size * inputs;
  return multiplyDeep(programs, {
    name: 'kernel gradient',
    inputs: { x, dy },
    output: kernel.shape,
    ...{ rows: weights, columns: outputs, depth: pixels },
    sizes: sizesOf(kernel, x, dy.shape, geometry),
    left: `${WINDOWS} fn left(row : u32, k : u32) -> f32 { return windowed(k, row); }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return dy[k * OUTPUTS + column]; }',
    ...{ leftIsByRow: false, rightIsByRow: true },
  });
}

/** What lies under a weight when the kernel is laid around a pixel of the output. */
const WINDOWS = `
  fn windowed(pixel : u32, weight : u32) -> f32 {
    let tap = weight / INPUTS;
    // Wraps where it is negative, to more than any size.
    let row = pixel / COLUMNS % ROWS * STRIDE + tap / SIZE - PADDING;
    let column = pixel % COLUMNS * STRIDE + tap % SIZE - PADDING;
    if (row >= H || column >= W) { return 0.0; }
    return x[((pixel / (ROWS * COLUMNS) * H + row) * W + column) * INPUTS + weight % INPUTS];
  }`;

function sizesOf(
  kernel: Tensor,
  x: Tensor,
  output: readonly number[],
  { stride, padding }: ConvolutionGeometry,
): Record<string, number> {
  const [size, , inputs, outputs] = dimensions4(kernel);
  const [, h, w] = dimensions4(x);
  const [, rows = 0, columns = 0] = output;
  return {
    ...{ H: h, W: w, ROWS: rows, COLUMNS: columns, INPUTS: inputs, OUTPUTS: outputs },
    ...{ SIZE: size, STRIDE: stride, PADDING: padding },
  };
}
