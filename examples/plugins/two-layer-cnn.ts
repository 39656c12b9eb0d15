// Two convolutions with batch norm and ReLU, a pool after each, and a dense layer: model = small/two-layer-cnn.
import {
  constant,
  defineModel,
  definePlugin,
  dense,
  globalAveragePool,
  kaimingNormal,
  maxPool,
  sequential,
  uniform,
  unit,
  z,
} from 'gan-bench';

const twoLayerCnn = defineModel({
  // Under modelOptions in a configuration.
  options: z.strictObject({
    channels: z.int().min(1).default(16).describe('Of the first convolution; the second has twice as many.'),
  }),
  create({ channels }, { image, classes }) {
    const wide = 2 * channels;
    return sequential(
      convolution('first', image.channels, channels),
      maxPool,
      convolution('second', channels, wide),
      maxPool,
      globalAveragePool,
      dense('head', {
        inputs: wide,
        outputs: classes,
        kernel: uniform(1 / Math.sqrt(wide)),
        bias: constant(0),
      }),
    );
  },
});

/** relu(norm(conv(x))): [N, H, W, inputs] → [N, H, W, outputs]. */
function convolution(name: string, inputs: number, outputs: number) {
  const names = { convolution: `${name}.conv`, norm: `${name}.norm` };
  return unit(names, { inputs, outputs, kernel: kaimingNormal(9 * inputs) });
}

export const plugin = definePlugin({
  meta: { name: 'small', version: '1.0.0', apiVersion: 1 },
  models: { 'two-layer-cnn': twoLayerCnn },
});
