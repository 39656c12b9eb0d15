import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

import type { ModelName } from '../../src/models/registry.js';
import type { ImageTask } from '../../src/support/images.js';

type Symbolic = layers.SymbolicTensor;

/**
 * The same networks as a user of tfjs-layers writes them: functional models of stock layers, compiled with Adam.
 * tfjs has no AdamW, so there is no weight decay.
 */
export function layersModel(name: ModelName, { image, classes }: ImageTask): layers.LayersModel {
  const images = layers.input({ shape: [image.height, image.width, image.channels] });
  const depth = Number(/\d+/.exec(name)?.[0]);
  const features = name.startsWith('vgg') ? vggFeatures(images, depth) : resnetFeatures(images, depth);
  const pooled = apply(layers.layers.globalAveragePooling2d({}), features);
  const outputs = apply(layers.layers.dense({ units: classes, activation: 'softmax' }), pooled);
  const model = layers.model({ inputs: images, outputs });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function resnetFeatures(images: Symbolic, depth: number): Symbolic {
  const blocks = (depth - 2) / 6;
  let x = relu(convolution(images, 16, { useBias: false }));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < blocks; block++) {
      const widens = stage > 0 && block === 0;
      const hidden = relu(convolution(x, filters, { useBias: false, strides: widens ? 2 : 1 }));
      const residual = convolution(hidden, filters, { useBias: false });
      x = relu(apply(layers.layers.add(), [residual, widens ? shortcut(x, filters / 4) : x]));
    }
  }
  return x;
}

/** Output channels of the convolutions before each pool of VGG; the last group has none after it. */
const VGG_GROUPS: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

function vggFeatures(images: Symbolic, depth: number): Symbolic {
  let x = images;
  for (const [group, count] of (VGG_GROUPS[depth] ?? []).entries()) {
    if (group > 0) x = apply(layers.layers.maxPooling2d({ poolSize: 2, strides: 2 }), x);
    const filters = Math.min(64 * 2 ** group, 512);
    for (let index = 0; index < count; index++) x = relu(convolution(x, filters, { useBias: true }));
  }
  return x;
}

/** 3 × 3 convolution and batch norm, with PyTorch's constants. */
function convolution(
  x: Symbolic,
  filters: number,
  { useBias, strides = 1 }: { readonly useBias: boolean; readonly strides?: number },
): Symbolic {
  const kernel = { filters, kernelSize: 3, strides, padding: 'same', kernelInitializer: 'heNormal' } as const;
  const y = apply(layers.layers.conv2d({ ...kernel, useBias }), x);
  return apply(layers.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }), y);
}

function relu(x: Symbolic): Symbolic {
  return apply(layers.layers.activation({ activation: 'relu' }), x);
}

/** Option A: every second pixel, and `padding` channels of zeros on either side. */
function shortcut(x: Symbolic, padding: number): Symbolic {
  const subsampled = apply(layers.layers.averagePooling2d({ poolSize: 1, strides: 2 }), x);
  return apply(new PadChannels({ padding }), subsampled);
}

/** No stock layer pads channels. */
class PadChannels extends layers.layers.Layer {
  static readonly className = 'PadChannels';
  readonly #padding: number;

  constructor({ padding }: { readonly padding: number }) {
    super({});
    this.#padding = padding;
  }

  override computeOutputShape(inputShape: layers.Shape | layers.Shape[]): layers.Shape {
    const [n, h, w, c] = inputShape;
    if (Array.isArray(n) || Array.isArray(h) || Array.isArray(w) || typeof c !== 'number')
      throw new Error('expected the shape of one batch of images');
    return [n ?? null, h ?? null, w ?? null, c + 2 * this.#padding];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    if (x === undefined) throw new Error('expected one batch of images');
    const none: [number, number] = [0, 0];
    return tf.pad(x, [none, none, none, [this.#padding, this.#padding]]);
  }
}

function apply(layer: layers.layers.Layer, x: Symbolic | Symbolic[]): Symbolic {
  const y = layer.apply(x);
  if (y instanceof layers.SymbolicTensor) return y;
  throw new Error(`${layer.name} has more than one output`);
}
