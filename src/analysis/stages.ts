import { isLike } from '../config/index.js';
import type { Grouping } from './groups.js';

/** The whole of GAN, as a part of a configuration that tells it. */
export const WHOLE_OF_GAN = {
  optimizer: { gradient: 'gan', gan: { center: true, autoscale: true, adaptiveExponent: true } },
} as const;

/**
 * The groups that show what the stages of GAN do: all of it, and those that leave some of it out.
 * @returns undefined where there is only one of the two kinds
 */
export function stagesIn({ varied, groups }: Grouping): Grouping | undefined {
  const ours = groups.filter(({ config }) => config.optimizer.gradient === 'gan');
  const whole = ours.filter(({ config }) => isLike(config, WHOLE_OF_GAN)).length;
  return whole > 0 && whole < ours.length ? { varied, groups: ours } : undefined;
}
