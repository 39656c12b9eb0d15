import { NO_OPTIONS } from './definition.js';
import { defineTransform } from './transform.js';

/** Leaves the gradient as it is. */
export const none = defineTransform({
  options: NO_OPTIONS,
  reports: [],
  create: () => ({
    init: () => new Map(),
    update: (tensors, state) => ({ tensors, state }),
  }),
});
