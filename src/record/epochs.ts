import type { RunConfig } from '../config/schema.js';
import type { MetricsRow } from './metrics.js';

/**
 * The epochs of a run when it is done. With maxSteps it ends earlier; how many steps an epoch has stands in the first row.
 * @returns undefined without a configuration
 */
export function epochsOf(config: RunConfig | undefined, [first]: readonly MetricsRow[]): number | undefined {
  if (config?.maxSteps === undefined || first === undefined || first.step === 0) return config?.epochs;
  return Math.min(config.epochs, Math.ceil(config.maxSteps / first.step));
}
