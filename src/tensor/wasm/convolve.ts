import type { ConvolutionGeometry, Tensor } from '../engine.js';
import { dimensions4 } from '../shapes.js';
import { OUTPUT_BLOCKS, PIXELS_PER_UNIT } from './kernels/convolution.js';
import { ROWS_PER_UNIT } from './kernels/kernel-gradient.js';
import type { Runtime } from './runtime.js';

const FLOAT_BYTES = 4;

/** x [N, H, W, I], kernel [K, K, I, O] → [N, H', W', O]. */
export function convolve(
  runtime: Runtime,
  x: Tensor,
  kernel: Tensor,
  { stride, padding }: ConvolutionGeometry,
): Tensor {
  const [size, , , outputs] = dimensions4(kernel);
  const [, h, w] = dimensions4(x);
  const padded = enlarge(runtime, x, [h + 2 * padding, w + 2 * padding], padding, 1);
  const weights = pack(runtime, kernel, false);
  const y = correlate(runtime, padded, weights, { size, outputs, stride });
  padded.dispose();
  weights.dispose();
  return y;
}

/**
 * dy [N, H', W', O] → [N, H, W, I]: a convolution of dy with the kernel turned by 180° and its channels swapped; with
 * a stride the pixels of dy are spread out first.
 */
export function inputGradient(
  runtime: Runtime,
  dy: Tensor,
  kernel: Tensor,
  x: Tensor,
  { stride, padding }: ConvolutionGeometry,
): Tensor {
  const [size, , inputs] = dimensions4(kernel);
  const [, h, w] = dimensions4(x);
  const spread = enlarge(runtime, dy, [h + size - 1, w + size - 1], size - 1 - padding, stride);
  const weights = pack(runtime, kernel, true);
  const dx = correlate(runtime, spread, weights, { size, outputs: inputs, stride: 1 });
  spread.dispose();
  weights.dispose();
  return dx;
}

/** x [N, H, W, I], dy [N, H', W', O] → gradient of the kernel [K, K, I, O]. */
export function kernelGradient(
  runtime: Runtime,
  dy: Tensor,
  kernel: Tensor,
  x: Tensor,
  { stride, padding }: ConvolutionGeometry,
): Tensor {
  const [size, , inputs, outputs] = dimensions4(kernel);
  const [n, h, w] = dimensions4(x);
  const [, rows, columns] = dimensions4(dy);
  const padded = enlarge(runtime, x, [h + 2 * padding, w + 2 * padding], padding, 1);
  const { imagePitch, linePitch, pixelPitch } = pitches(padded);
  const gradient = runtime.allocate(kernel.shape);
  const run = size * inputs;
  runtime.run('kernelGradient', size * Math.ceil(run / ROWS_PER_UNIT), [
    ...[padded, dy, gradient, n * rows, rows, columns],
    ...[imagePitch, stride * linePitch, stride * pixelPitch, outputs, run, linePitch],
    ...[stride * (linePitch - columns * pixelPitch), imagePitch - rows * stride * linePitch],
  ]);
  padded.dispose();
  return gradient;
}

/** Convolution without padding, with {@link pack}ed weights. */
function correlate(
  runtime: Runtime,
  x: Tensor,
  weights: Tensor,
  { size, outputs, stride }: { readonly size: number; readonly outputs: number; readonly stride: number },
): Tensor {
  const [n, h, w, inputs] = dimensions4(x);
  const rows = Math.floor((h - size) / stride) + 1;
  const columns = Math.floor((w - size) / stride) + 1;
  const { imagePitch, linePitch, pixelPitch } = pitches(x);
  const y = runtime.allocate([n, rows, columns, outputs]);
  const pixels = n * rows * columns;
  const run = size * inputs;
  runtime.run('convolve', Math.ceil(pixels / PIXELS_PER_UNIT), [
    ...[x, weights, y, pixels, rows, columns],
    ...[
      imagePitch,
      stride * linePitch,
      stride * pixelPitch,
      outputs,
      size,
      run,
      linePitch - FLOAT_BYTES * run,
    ],
  ]);
  return y;
}

/** Bytes from an image, a line and a pixel to the next. */
function pitches(x: Tensor): { imagePitch: number; linePitch: number; pixelPitch: number } {
  const [, h, w, c] = dimensions4(x);
  const pixelPitch = FLOAT_BYTES * c;
  return { imagePitch: h * w * pixelPitch, linePitch: w * pixelPitch, pixelPitch };
}

/** Images [N, H, W, C] of zeros with the pixels of x in them, `step` apart, the first of them `border` from the edges. */
function enlarge(
  runtime: Runtime,
  x: Tensor,
  [height, width]: readonly [number, number],
  border: number,
  step: number,
): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const large = runtime.allocate([n, height, width, c]);
  const { imagePitch, linePitch, pixelPitch } = pitches(large);
  runtime.run('pad', n, [
    ...[x, large, h, w, pixelPitch, imagePitch],
    ...[border * (linePitch + pixelPitch), step * linePitch, step * pixelPitch],
  ]);
  return large;
}

/**
 * A kernel [K, K, I, O] as the convolution reads it: blocks of OUTPUT_BLOCKS outputs one after the other, in each all
 * weights [K · K · I, block]. Turned, it is first made [K, K, O, I] with lines and columns backwards.
 */
function pack(runtime: Runtime, kernel: Tensor, turned: boolean): Tensor {
  const [height, width, inputs, outputs] = dimensions4(kernel);
  const packed = runtime.allocate([kernel.size]);
  const from = runtime.floats(kernel);
  const to = runtime.floats(packed);
  const [channels, columns] = turned ? [outputs, inputs] : [inputs, outputs];
  const [channelPitch, columnPitch] = turned ? [1, outputs] : [outputs, 1];
  let at = 0;
  for (let start = 0; start < columns;) {
    const block = OUTPUT_BLOCKS.find((size) => start + size <= columns) ?? 1;
    for (let tap = 0; tap < height * width; tap++) {
      const source = (turned ? height * width - 1 - tap : tap) * inputs * outputs + start * columnPitch;
      for (let channel = 0; channel < channels; channel++) {
        for (let column = 0; column < block; column++) {
          to[at++] = from[source + channel * channelPitch + column * columnPitch] ?? NaN;
        }
      }
    }
    start += block;
  }
  return packed;
}
