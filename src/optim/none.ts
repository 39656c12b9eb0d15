import { perTensor } from './transform.js';
import type { GradientTransform } from './transform.js';

/** Leaves the gradient as it is. */
export function none(): GradientTransform {
  return perTensor((gradient) => gradient);
}
