import type { RunConfig } from '../config/index.js';

/** How many of some configurations hold training images out for validation. */
export function heldOutAmong(configs: readonly RunConfig[]): 'all' | 'some' | 'none' {
  const holding = configs.filter(holdsOut).length;
  if (holding === 0) return 'none';
  return holding === configs.length ? 'all' : 'some';
}

/** Whether a configuration holds training images out for validation. */
export function holdsOut({ dataset }: RunConfig): boolean {
  return dataset.validation !== undefined;
}
