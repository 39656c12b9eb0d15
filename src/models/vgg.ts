import { constant, kaimingNormal, normal } from '../nn/initializers.js';
import { sequential } from '../nn/layer.js';
import type { Layer } from '../nn/layer.js';
import type { ImageTask } from '../support/images.js';
import { checkHalving } from './halving.js';
import { dense, globalAveragePool, maxPool, unit } from '../nn/layers.js';

/** Output channels of a convolution, or a 2 × 2 max-pool. */
type VggWidth = number | 'pool';

const POOL = 'pool';

/**
 * Configurations A, B, D and E of Simonyan and Zisserman 2014 (arXiv 1409.1556), by number of weight layers in
 * the original. The CIFAR form here keeps four of the five pools: 32 × 32 images end as 2 × 2 features.
 */
const CONFIGURATIONS = {
  11: [64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512],
  13: [64, 64, POOL, 128, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512],
  16: [64, 64, POOL, 128, 128, POOL, 256, 256, 256, POOL, 512, 512, 512, POOL, 512, 512, 512],
  19: [64, 64, POOL, 128, 128, POOL, 256, 256, 256, 256, POOL, 512, 512, 512, 512, POOL, 512, 512, 512, 512],
} as const satisfies Record<number, readonly VggWidth[]>;

type VggDepth = keyof typeof CONFIGURATIONS;

/**
 * VGG with batch norm, one of the published configurations.
 *
 * @throws UserError `config` when the images cannot be halved once for each pool
 */
export function vgg(depth: VggDepth, task: ImageTask): Layer {
  const widths: readonly VggWidth[] = CONFIGURATIONS[depth];
  checkHalving(`vgg${depth}bn`, task.image, widths.filter((width) => width === POOL).length);
  return vggFromWidths(widths, task);
}

/** VGG with batch norm from a list of widths: conv, norm, ReLU for each number; then average pool and one dense layer. */
export function vggFromWidths(widths: readonly VggWidth[], { image, classes }: ImageTask): Layer {
  const layers: Layer[] = [];
  let inputs = image.channels;
  let index = 0;
  for (const width of widths) {
    if (width === POOL) {
      layers.push(maxPool);
      continue;
    }
    index++;
    layers.push(
      unit(
        { convolution: `features.conv${index}`, norm: `features.norm${index}` },
        { inputs, outputs: width, kernel: kaimingNormal(9 * width), bias: constant(0) },
      ),
    );
    inputs = width;
  }
  return sequential(
    ...layers,
    globalAveragePool,
    dense('head', { inputs, outputs: classes, kernel: normal(0.01), bias: constant(0) }),
  );
}
