import type { Layer } from '../nn/layer.js';
import { batchShape } from '../support/images.js';
import type { ImageShape } from '../support/images.js';
import type { Engine, Tensor, Unit, UnitResult } from '../tensor/engine.js';
import { sizeOf } from '../tensor/layout.js';
import { Operations } from '../tensor/operations.js';
import { dimensions4 } from '../tensor/shapes.js';

/**
 * Floating-point operations of one training step: two for each multiply-add of the convolutions and dense layers in
 * the forward pass, the gradients of their inputs (the images need none) and those of their kernels. A tap that
 * falls on the zero padding counts; batch norm, activations, pooling, biases and the optimizer do not.
 *
 * The model's own forward pass is traced, on one image, so no table has to follow the architectures.
 */
export function countStepFlops(engine: Engine, model: Layer, image: ImageShape, batchSize: number): number {
  const { flops } = engine.scope(() => {
    const images = zeros(engine, batchShape(1, image));
    const operations = new CountingOperations(engine, images);
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
    model.forward({ values: images }, context);
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

  override unit(unit: Unit): UnitResult {
    const { values } = unit.x;
    const [n, h, w] = dimensions4(values);
    this.#count(values, ((n * h * w) / unit.geometry.stride ** 2) * unit.weights.kernel.size);
    return super.unit(unit);
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
