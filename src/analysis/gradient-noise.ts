import { meanAndStd } from '../support/moments.js';
import { differencesOf } from './settled.js';

/**
 * How unsteady the gradients are: the standard deviation of Δ log σ_e, the change from epoch to epoch of the natural
 * logarithm of their global standard deviation, within stretches. It has no unit; 0.1 is about ten percent an epoch. The
 * measure is ours.
 * @param stretches - σ of each epoch.
 * @returns undefined with fewer than two changes, and where a σ is 0 or not finite
 */
export function gradientNoise(stretches: readonly (readonly number[])[]): number | undefined {
  const changes = stretches.flatMap((stretch) => differencesOf(stretch.map(Math.log)));
  return changes.every(Number.isFinite) ? meanAndStd(changes).std : undefined;
}
