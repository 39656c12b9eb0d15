import type { Layer } from '../nn/layer.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { ImageTask } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import type { Layout, TrainableSpec } from '../tensor/layout.js';

/** What is trained, and how: the values that a configuration's names stand for. */
export interface Methods {
  /**
   * The network for the images and classes of a data set.
   *
   * @throws UserError `config` when it cannot take images of that size
   */
  readonly model: (task: ImageTask) => Layer;
  /** The optimizer for parameters in the given layout. */
  readonly optimizer: (engine: Engine, layout: Layout<TrainableSpec>) => Optimizer;
  /** η of a whole epoch. @param epoch - 0-based. */
  readonly learningRate: (epoch: number) => number;
  /** What of it is not built in, in words: `the transform sign of the plug-in mine (/home/me/sign.ts)`. */
  readonly foreign: readonly string[];
}
