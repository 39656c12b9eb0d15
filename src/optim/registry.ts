import type { Engine } from '../tensor/engine.js';
import type { Layout } from '../tensor/layout.js';
import { adam, adamw } from './adam.js';
import type { BaseOptimizer } from './base.js';
import { centralize } from './centralize.js';
import { clip } from './clip.js';
import { gan } from './gan.js';
import type { GanOptions } from './gan.js';
import { none } from './none.js';
import { chain } from './optimizer.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';
import type { GradientTransform } from './transform.js';
import { zscore } from './zscore.js';

/** What to build; each part reads the values it needs. */
export interface OptimizerSettings {
  readonly gradient: 'none' | 'zscore' | 'gan' | 'centralize' | 'clip';
  readonly base: 'adamw' | 'adam' | 'sgd';
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly clipNorm: number;
  readonly gan: GanOptions;
}

/** The optimizer that the settings describe, for parameters in the given layout. */
export function createOptimizer(engine: Engine, settings: OptimizerSettings, layout: Layout): Optimizer {
  return chain(engine, createTransform(engine, settings), createBase(engine, settings), layout);
}

function createTransform(engine: Engine, settings: OptimizerSettings): GradientTransform {
  switch (settings.gradient) {
    case 'none':
      return none();
    case 'zscore':
      return zscore();
    case 'gan':
      return gan(settings.gan);
    case 'centralize':
      return centralize();
    case 'clip':
      return clip(engine, settings.clipNorm);
  }
}

function createBase(engine: Engine, settings: OptimizerSettings): BaseOptimizer {
  switch (settings.base) {
    case 'adamw':
      return adamw(engine, settings);
    case 'adam':
      return adam(engine, settings);
    case 'sgd':
      return sgd(settings);
  }
}
