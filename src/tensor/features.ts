import type { FeatureTensors } from './engine.js';

/**
 * Images [N, H, W, C] or rows [N, C] on their way through a network. Layers hand them on, and cannot look inside: what
 * an engine has left to be applied to the values, only operations know.
 */
export class Features {
  /** As layers count, whether or not the engine packs several channels into one element. */
  readonly shape: readonly number[];
  readonly #tensors: FeatureTensors;

  /** @param channels - Length of the last axis, as layers count. */
  constructor(tensors: FeatureTensors, channels: number) {
    this.shape = [...tensors.values.shape.slice(0, -1), channels];
    this.#tensors = tensors;
  }

  /** What an engine reads; not for layers. */
  static tensorsOf(features: Features): FeatureTensors {
    return features.#tensors;
  }
}
