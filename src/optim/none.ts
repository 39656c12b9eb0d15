import type { GradientTransform } from './transform.js';

/** Leaves the gradient as it is. */
export function none(): GradientTransform {
  return {
    init: () => new Map(),
    update: (tensors, state) => ({ tensors, state }),
  };
}
