import type { ConvolutionGeometry, Tensor } from '../engine.js';

/** Result of batch normalization in training. */
export interface BatchNormResult {
  /** [N, H, W, C] */
  readonly output: Tensor;
  /** Batch mean, [C]. */
  readonly mean: Tensor;
  /** Unbiased batch variance, [C]: what the running average takes up. */
  readonly variance: Tensor;
  /** What the gradient needs again; its meaning is the engine's own. */
  readonly saved: readonly Tensor[];
}

/** What normalization with given statistics takes, each [C]. */
export interface ChannelStatistics {
  readonly scale: Tensor;
  readonly offset: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface BatchNormGradient {
  /** [N, H, W, C] */
  readonly x: Tensor;
  /** [C] */
  readonly scale: Tensor;
  /** [C] */
  readonly offset: Tensor;
}

/** Mean and population variance (scalars) of all elements of a tensor, and the tensor less its mean. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly centred: Tensor;
}

/**
 * The steps that units and the statistics of gradients are composed of where an engine has no operation of its own for
 * the whole. Images are NHWC, kernels HWIO, everything float32. Nothing but the engines' own composition asks for them.
 */
export interface Parts {
  /** x [N, H, W, I], kernel [K, K, I, O] → [N, H', W', O]. */
  conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor;
  conv2dInputGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor;
  conv2dKernelGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor;

  /** Normalizes over N, H, W with the batch's own mean and biased variance (Ioffe and Szegedy, arXiv 1502.03167). */
  batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult;
  batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
  ): BatchNormGradient;
  /** Normalizes with given statistics [C], as in evaluation. */
  normalize(x: Tensor, channels: ChannelStatistics, epsilon: number): Tensor;

  relu(x: Tensor): Tensor;
  /** dy where the output y is positive, else 0. */
  reluGradient(dy: Tensor, y: Tensor): Tensor;

  /** Two passes, so that a large mean does not cost the variance its digits. */
  moments(x: Tensor): Moments;
}
