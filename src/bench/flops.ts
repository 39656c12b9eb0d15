import type { Layer } from '../nn/layer.js';
import { batchShape } from '../support/images.js';
import type { ImageShape } from '../support/images.js';
import type { LinearWeights, Tensor } from '../tensor/engine.js';
import { sizeOf } from '../tensor/layout.js';
import type { Features, UnitInputs, UnitOutputs } from '../tensor/operations.js';
import { shapeOnly, ShapeOperations } from '../tensor/shape-operations.js';
import { followForward } from './follow.js';

/** Floating-point operations of one image. */
export interface ImageFlops {
  /** In a training step: forward pass, gradients of the inputs (the images need none) and those of the kernels. */
  readonly training: number;
  /** In evaluation: the forward pass. */
  readonly evaluation: number;
}

/**
 * Floating-point operations of a model: two for each multiply-add of the convolutions, dense layers and attention. A tap that
 * falls on the zero padding counts; batch norm, activations, pooling, biases and the optimizer do not.
 *
 * The model's own forward pass is followed, without computing it, so no table has to follow the architectures.
 */
export function countFlops(model: Layer, image: ImageShape): ImageFlops {
  const operations = new CountingOperations(shapeOnly(batchShape(1, image)));
  followForward(model, operations, operations.images);
  return operations.flops;
}

/** Follows shapes, and counts what would be computed. */
class CountingOperations extends ShapeOperations {
  readonly images: Features;
  readonly flops = { training: 0, evaluation: 0 };
  /** The images cut up, which need no gradient either. */
  #patches: Features | undefined;

  constructor(images: Tensor) {
    super();
    this.images = this.features(images);
  }

  override unit(unit: UnitInputs): UnitOutputs {
    const result = super.unit(unit);
    this.#count(unit.x, unit.weights.kernel, result.output);
    return result;
  }

  override linear(x: Features, weights: LinearWeights): Features {
    const y = super.linear(x, weights);
    this.#count(x, weights.kernel, y);
    return y;
  }

  override patches(x: Features, size: number): Features {
    const y = super.patches(x, size);
    if (x === this.images) this.#patches = y;
    return y;
  }

  /** Each token's scores of all tokens, and their mean by these: two products forward, four backward. */
  override attention(qkv: Features, heads: number): Features {
    const y = super.attention(qkv, heads);
    const [, tokens = 1] = y.shape;
    const forward = 2 * 2 * tokens * sizeOf(y.shape);
    this.flops.training += 3 * forward;
    this.flops.evaluation += forward;
    return y;
  }

  override dense(x: Features, kernel: Tensor): Features {
    const y = super.dense(x, kernel);
    this.#count(x, kernel, y);
    return y;
  }

  /** Each output pixel or row takes every weight of the kernel once, in each pass. */
  #count(x: Features, kernel: Tensor, y: Features): void {
    const passes = x === this.images || x === this.#patches ? 2 : 3;
    const forward = 2 * (sizeOf(y.shape) / (y.shape.at(-1) ?? 1)) * kernel.size;
    this.flops.training += passes * forward;
    this.flops.evaluation += forward;
  }
}
