import * as adams from '../../src/optim/adam.js';
import type { AdamSettings } from '../../src/optim/adam.js';
import type { BaseOptimizer } from '../../src/optim/base.js';
import type { GanOptions } from '../../src/optim/gan.js';
import type { DescribedTransform } from '../../src/optim/optimizer.js';
import { transforms } from '../../src/optim/registry.js';
import type { OptimizerSettings } from '../../src/optim/registry.js';
import * as sgds from '../../src/optim/sgd.js';
import type { SgdSettings } from '../../src/optim/sgd.js';
import type { Engine } from '../../src/tensor/engine.js';
import { optimizerSettings } from '../support/training.js';

/* The parts of an optimizer with the defaults of the configuration but for weight decay, which is 0, and what a test changes. */

const UNDECAYED = optimizerSettings({ weightDecay: 0 });

export function adamw(engine: Engine, changes: Partial<AdamSettings> = {}): BaseOptimizer {
  return adams.adamw(engine, { ...UNDECAYED, ...changes });
}

export function adam(engine: Engine, changes: Partial<AdamSettings> = {}): BaseOptimizer {
  return adams.adam(engine, { ...UNDECAYED, ...changes });
}

export function sgd(engine: Engine, changes: Partial<SgdSettings> = {}): BaseOptimizer {
  return sgds.sgd(engine, { ...UNDECAYED, ...changes });
}

export const none = (engine: Engine) => transformNamed(engine, 'none');
export const zscore = (engine: Engine) => transformNamed(engine, 'zscore');
export const centralize = (engine: Engine) => transformNamed(engine, 'centralize');
export const clip = (engine: Engine, clipNorm: number) => transformNamed(engine, 'clip', { clipNorm });
export const gan = (engine: Engine, changes: Partial<GanOptions> = {}) =>
  transformNamed(engine, 'gan', { gan: { ...UNDECAYED.gan, ...changes } });

function transformNamed(
  engine: Engine,
  name: OptimizerSettings['gradient'],
  changes: Partial<OptimizerSettings> = {},
): DescribedTransform {
  const definition = transforms[name];
  const transform = definition.create(engine, { ...UNDECAYED, ...changes });
  return { transform, reports: definition.reports };
}
