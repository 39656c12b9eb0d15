import type { Layer } from '../nn/layer.js';
import type { ConvolutionGeometry, Engine, Tensor } from '../tensor/engine.js';
import { sizeOf } from '../tensor/layout.js';
import { Operations } from '../tensor/operations.js';

/**
 * Floating-point operations of one training step: two for each multiply-add of the convolutions and dense layers in
 * the forward pass, the gradients of their inputs (the images need none) and those of their kernels. A tap that
 * falls on the zero padding counts; batch norm, activations, pooling, biases and the optimizer do not.
 *
 * The model's own forward pass is traced, on one image, so no table has to follow the architectures.
 */
export function countStepFlops(engine: Engine, model: Layer, batchSize: number): number {
  const { flops } = engine.scope(() => {
    const images = zeros(engine, [1, 32, 32, 3]);
    const operations = new CountingOperations(engine, images);
    const parameters = new Map(model.parameters.map(({ name, shape }) => [name, zeros(engine, shape)]));
    model.forward(images, {
      operations,
      training: true,
      parameter: (name) => known(parameters, name),
      buffer: (name) => {
        throw new Error(`training does not read the buffer ${name}`);
      },
      observe: () => undefined,
    });
    return { flops: operations.flops, keep: [] };
  });
  return batchSize * flops;
}

/** Computes as always, and counts what a training step would do. */
class CountingOperations extends Operations {
  readonly #images: Tensor;
  flops = 0;

  constructor(engine: Engine, images: Tensor) {
    super(engine);
    this.#images = images;
  }

  override conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
    const y = super.conv2d(x, kernel, geometry);
    this.#count(x, (y.size / (kernel.shape[3] ?? 1)) * kernel.size);
    return y;
  }

  override dense(x: Tensor, kernel: Tensor): Tensor {
    const y = super.dense(x, kernel);
    this.#count(x, (y.size / (kernel.shape[1] ?? 1)) * kernel.size);
    return y;
  }

  #count(x: Tensor, multiplyAdds: number): void {
    const passes = x === this.#images ? 2 : 3;
    this.flops += 2 * passes * multiplyAdds;
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
