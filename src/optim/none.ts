import type { TransformDefinition } from './transform.js';

/** Leaves the gradient as it is. */
export const none: TransformDefinition<object> = {
  reports: [],
  create: () => ({
    init: () => new Map(),
    update: (tensors, state) => ({ tensors, state }),
  }),
};
