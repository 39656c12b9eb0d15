import type { Tensor } from '../engine.js';
import type { BatchNormGradient, BatchNormResult, ChannelStatistics } from '../portable/parts.js';
import type { Runtime } from './runtime.js';

/** Normalizes x [N, H, W, C] with its own statistics; saves the mean and the inverse of the deviation. */
export function batchNorm(
  runtime: Runtime,
  x: Tensor,
  scale: Tensor,
  offset: Tensor,
  epsilon: number,
): BatchNormResult {
  const count = x.size / scale.size;
  const mean = perChannel(runtime, totals(runtime, 'sum', x), (sum) => sum / count);
  const squares = totals(runtime, 'squares', x, mean);
  const inverseStd = perChannel(runtime, squares, (sum) => 1 / Math.sqrt(sum / count + epsilon));
  const scales = runtime.floats(scale);
  const factor = perChannel(
    runtime,
    runtime.floats(inverseStd),
    (inverse, c) => inverse * (scales[c] ?? NaN),
  );
  const output = affine(runtime, x, mean, factor, offset);
  factor.dispose();
  const variance = perChannel(runtime, squares, (sum) => sum / Math.max(count - 1, 1));
  // Saved apart from the mean that is reported: whoever frees one leaves the other.
  return { output, mean, variance, saved: [mean.clone(), inverseStd] };
}

/** dx = scale / std · (dy − mean(dy) − x̂ · mean(dy · x̂)) with x̂ the normalized x. */
export function batchNormGradient(
  runtime: Runtime,
  dy: Tensor,
  x: Tensor,
  scale: Tensor,
  [mean, inverseStd]: readonly Tensor[],
): BatchNormGradient {
  if (mean === undefined || inverseStd === undefined) throw new Error('batch norm saved nothing');
  const count = x.size / scale.size;
  const { images, pixels, channels } = extent(x);
  const partialSums = runtime.allocate([images, channels]);
  const partialProducts = runtime.allocate([images, channels]);
  runtime.run('products', images, [dy, x, mean, partialSums, partialProducts, pixels, channels]);
  const sums = overImages(runtime, partialSums);
  const products = overImages(runtime, partialProducts);
  const inverse = runtime.floats(inverseStd);
  const scales = runtime.floats(scale);
  const at = (values: Float32Array | Float64Array, c: number): number => values[c] ?? NaN;
  // Sorted by what multiplies dy and x − mean, so that every channel needs one factor and one term of each.
  const factor = perChannel(runtime, inverse, (value, c) => value * at(scales, c));
  const term = perChannel(runtime, sums, (sum, c) => (-sum / count) * at(inverse, c) * at(scales, c));
  const centredFactor = perChannel(
    runtime,
    products,
    (sum, c) => (-sum / count) * at(inverse, c) ** 3 * at(scales, c),
  );
  const dx = runtime.allocate(x.shape);
  runtime.run('combine', images, [dy, x, mean, factor, centredFactor, term, dx, pixels, channels]);
  for (const tensor of [partialSums, partialProducts, factor, term, centredFactor]) tensor.dispose();
  return {
    x: dx,
    scale: perChannel(runtime, products, (sum, c) => sum * at(inverse, c)),
    offset: perChannel(runtime, sums, (sum) => sum),
  };
}

/** Normalizes x [N, H, W, C] with given statistics. */
export function normalize(
  runtime: Runtime,
  x: Tensor,
  { scale, offset, mean, variance }: ChannelStatistics,
  epsilon: number,
): Tensor {
  const scales = runtime.floats(scale);
  const factor = perChannel(
    runtime,
    runtime.floats(variance),
    (value, c) => (scales[c] ?? NaN) / Math.sqrt(value + epsilon),
  );
  const y = affine(runtime, x, mean, factor, offset);
  factor.dispose();
  return y;
}

/** Sum over all axes but the last: [..., C] → [C]. */
export function channelSum(runtime: Runtime, x: Tensor): Tensor {
  return perChannel(runtime, totals(runtime, 'sum', x), (sum) => sum);
}

/** (x − mean) · factor + term, each but x per channel. */
function affine(runtime: Runtime, x: Tensor, mean: Tensor, factor: Tensor, term: Tensor): Tensor {
  const { images, pixels, channels } = extent(x);
  const y = runtime.allocate(x.shape);
  runtime.run('affine', images, [x, mean, factor, term, y, pixels, channels]);
  return y;
}

/** dy where y is positive, else 0. */
export function mask(runtime: Runtime, dy: Tensor, y: Tensor): Tensor {
  const { images, pixels, channels } = extent(y);
  const dx = runtime.allocate(y.shape);
  runtime.run('mask', images, [dy, y, dx, pixels, channels]);
  return dx;
}

/** Sums over all pixels of all images of x, or of (x − mean)². */
function totals(
  runtime: Runtime,
  kernel: 'sum' | 'squares',
  x: Tensor,
  ...mean: readonly Tensor[]
): Float64Array {
  const { images, pixels, channels } = extent(x);
  const partial = runtime.allocate([images, channels]);
  runtime.run(kernel, images, [x, ...mean, partial, pixels, channels]);
  const sums = overImages(runtime, partial);
  partial.dispose();
  return sums;
}

/** Column sums of [N, C], in double precision. */
function overImages(runtime: Runtime, partial: Tensor): Float64Array {
  const sums = new Float64Array(partial.shape[1] ?? 0);
  for (const [index, value] of runtime.floats(partial).entries()) {
    const channel = index % sums.length;
    sums[channel] = (sums[channel] ?? 0) + value;
  }
  return sums;
}

/** [C] of a function of each channel's value. */
function perChannel(
  runtime: Runtime,
  values: Float32Array | Float64Array,
  f: (value: number, channel: number) => number,
): Tensor {
  const result = runtime.allocate([values.length]);
  const to = runtime.floats(result);
  for (const [channel, value] of values.entries()) to[channel] = f(value, channel);
  return result;
}

/** [N, …, C] as N images of so many pixels; a vector [C] as a single pixel. */
function extent(x: Tensor): { readonly images: number; readonly pixels: number; readonly channels: number } {
  const [first = 1] = x.shape;
  const images = x.rank < 2 ? 1 : first;
  const channels = x.shape.at(-1) ?? 1;
  return { images, pixels: x.size / images / channels, channels };
}
