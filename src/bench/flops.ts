import type { Layer } from '../nn/layer.js';
import { batchShape } from '../support/images.js';
import type { ImageShape } from '../support/images.js';
import type { Engine, Tensor } from '../tensor/engine.js';
import { sizeOf } from '../tensor/layout.js';
import { Operations } from '../tensor/operations.js';
import type { Features, UnitInputs, UnitOutputs } from '../tensor/operations.js';

/**
 * Floating-point operations of one training step: two for each multiply-add of the convolutions and dense layers in
 * the forward pass, the gradients of their inputs (the images need none) and those of their kernels. A tap that
 * falls on the zero padding counts; batch norm, activations, pooling, biases and the optimizer do not.
 *
 * The model's own forward pass is traced, on one image, so no table has to follow the architectures.
 */
export function countStepFlops(engine: Engine, model: Layer, image: ImageShape, batchSize: number): number {
  const { flops } = engine.scope(() => {
    const operations = new CountingOperations(engine, zeros(engine, batchShape(1, image)));
    const parameters = new Map(model.parameters.map(({ name, shape }) => [name, zeros(engine, shape)]));
    const context = {
      operations,
      training: true,
      parameter: (name: string) => known(parameters, name),
      buffer: (name: string) => {
        throw new Error(`training does not read the buffer ${name}`);
      },
      observe: () => undefined,
    };
    model.forward(operations.images, context);
    return { flops: operations.flops, keep: [] };
  });
  return batchSize * flops;
}

/** Computes as always, and counts what a training step would do. */
class CountingOperations extends Operations {
  readonly images: Features;
  flops = 0;

  constructor(engine: Engine, images: Tensor) {
    super(engine);
    this.images = this.features(images);
  }

  override unit(unit: UnitInputs): UnitOutputs {
    const result = super.unit(unit);
    this.#count(unit.x, unit.weights.kernel, result.output);
    return result;
  }

  override dense(x: Features, kernel: Tensor): Features {
    const y = super.dense(x, kernel);
    this.#count(x, kernel, y);
    return y;
  }

  /** Each output pixel or row takes every weight of the kernel once, in each pass. */
  #count(x: Features, kernel: Tensor, y: Features): void {
    const passes = x === this.images ? 2 : 3;
    this.flops += 2 * passes * (sizeOf(y.shape) / (y.shape.at(-1) ?? 1)) * kernel.size;
  }
}

function zeros(engine: Engine, shape: readonly number[]): Tensor {
  return engine.tensor(new Float32Array(sizeOf(shape)), shape);
}

function known(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the model has no tensor named ${name}`);
  return tensor;
}
