import { kaimingNormal, uniform } from '../nn/initializers.js';
import { sequential } from '../nn/layer.js';
import type { Layer } from '../nn/layer.js';
import { dense, globalAveragePool, unit } from '../nn/layers.js';
import type { UnitLayer, UnitOptions } from '../nn/layers.js';
import type { ImageTask } from '../support/images.js';
import { checkHalving } from './halving.js';

const WIDTHS = [16, 32, 64] as const;

/**
 * The residual network for CIFAR of He et al. 2015 (arXiv 1512.03385, section 4.2) with 6n + 2 layers: a stem of
 * 16 channels, three stages of n basic blocks with 16, 32 and 64 channels, parameter-free shortcuts (option A).
 *
 * @throws UserError `config` when the images cannot be halved once for each stage but the first
 */
export function resnet(depth: number, { image, classes }: ImageTask): Layer {
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1)
    throw new Error(`a CIFAR ResNet has 6n + 2 layers, not ${depth}`);
  checkHalving(`resnet${depth}`, image, WIDTHS.length - 1);
  const stages: Layer[] = [];
  let inputs: number = WIDTHS[0];
  for (const [stage, outputs] of WIDTHS.entries()) {
    for (let block = 1; block <= blocks; block++) {
      stages.push(basicBlock(`stage${stage + 1}.block${block}`, inputs, outputs));
      inputs = outputs;
    }
  }
  return sequential(
    unit(
      { convolution: 'stem.conv', norm: 'stem.norm' },
      // The first block reads it twice: as its input and as its shortcut.
      { inputs: image.channels, outputs: WIDTHS[0], kernel: kaimingNormal(9 * image.channels), shared: true },
    ),
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
  const first = blockUnit(name, 1, { inputs, outputs, stride: widens ? 2 : 1 });
  const second = blockUnit(name, 2, { inputs: outputs, outputs, shared: true });
  return {
    ...sequential(first, second),
    forward(x, context) {
      const h = first.forward(x, context);
      // Taken after the first unit, whose gradient is then added to the shortcut's and not the other way round.
      const shortcut = widens ? context.operations.subsample(x, outputs) : x;
      return second.forward(h, context, shortcut);
    },
  };
}

function blockUnit(name: string, index: number, options: Omit<UnitOptions, 'kernel'>): UnitLayer {
  return unit(
    { convolution: `${name}.conv${index}`, norm: `${name}.norm${index}` },
    { ...options, kernel: kaimingNormal(9 * options.inputs) },
  );
}
