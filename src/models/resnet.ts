import { kaimingNormal, uniform } from '../nn/initializers.js';
import { sequential } from '../nn/layer.js';
import type { Layer } from '../nn/layer.js';
import { batchNorm, conv2d, dense, globalAveragePool, relu } from '../nn/layers.js';

const WIDTHS = [16, 32, 64] as const;

/**
 * The residual network for CIFAR of He et al. 2015 (arXiv 1512.03385, section 4.2) with 6n + 2 layers: a stem of
 * 16 channels, three stages of n basic blocks with 16, 32 and 64 channels, parameter-free shortcuts (option A).
 */
export function resnet(depth: number, classes: number): Layer {
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1)
    throw new Error(`a CIFAR ResNet has 6n + 2 layers, not ${depth}`);
  const stages: Layer[] = [];
  let inputs: number = WIDTHS[0];
  for (const [stage, outputs] of WIDTHS.entries()) {
    for (let block = 1; block <= blocks; block++) {
      stages.push(basicBlock(`stage${stage + 1}.block${block}`, inputs, outputs));
      inputs = outputs;
    }
  }
  return sequential(
    convolution('stem.conv', 3, WIDTHS[0], 1),
    batchNorm('stem.norm', WIDTHS[0]),
    relu,
    ...stages,
    globalAveragePool,
    dense('head', {
      inputs,
      outputs: classes,
      kernel: kaimingNormal(inputs),
      bias: uniform(1 / Math.sqrt(inputs)),
    }),
  );
}

/** relu(norm(conv(relu(norm(conv(x))))) + shortcut(x)); a block that widens also halves the image. */
function basicBlock(name: string, inputs: number, outputs: number): Layer {
  const widens = inputs !== outputs;
  const residual = sequential(
    convolution(`${name}.conv1`, inputs, outputs, widens ? 2 : 1),
    batchNorm(`${name}.norm1`, outputs),
    relu,
    convolution(`${name}.conv2`, outputs, outputs, 1),
    batchNorm(`${name}.norm2`, outputs),
  );
  return {
    ...residual,
    forward(x, context) {
      const { operations } = context;
      const shortcut = widens ? operations.subsample(x, outputs) : x;
      return operations.relu(operations.add(residual.forward(x, context), shortcut));
    },
  };
}

function convolution(name: string, inputs: number, outputs: number, stride: number): Layer {
  return conv2d(name, { inputs, outputs, stride, kernel: kaimingNormal(9 * inputs) });
}
