import type { z } from 'zod';

import type { OptimizerConfig } from '../config/optimizer.js';
import type { Engine } from '../tensor/engine.js';
import type { Layout, TrainableSpec } from '../tensor/layout.js';
import { adam, adamw } from './adam.js';
import type { OptimizerDefinition } from './base.js';
import { centralize } from './centralize.js';
import { clip } from './clip.js';
import type { Definition, ReportSpec } from './definition.js';
import { gan } from './gan.js';
import { none } from './none.js';
import { chain } from './optimizer.js';
import type { Described, Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';
import type { TransformDefinition } from './transform.js';
import { zscore } from './zscore.js';

/** Every built-in gradient transform by the name that the configuration has for it. */
export const transforms = { none, zscore, centralize, clip, gan };

/** Every built-in base optimizer by the name that the configuration has for it. */
export const optimizers = { adamw, adam, sgd };

/** What to build, and the settings of all that might be: each part reads its own. */
export type OptimizerSettings = Omit<OptimizerConfig, 'learningRate'>;

/** The two parts of an optimizer, and the keys that each reads. */
export interface ChosenParts {
  readonly transform: Chosen<TransformDefinition>;
  readonly base: Chosen<OptimizerDefinition>;
  /** λ, for the base. */
  readonly weightDecay: number;
}

/** A definition, and where the values of its options are to be found. */
export interface Chosen<Defined> {
  readonly definition: Defined;
  readonly values: object;
}

/** The optimizer that built-in parts make, for parameters in the given layout. */
export function createOptimizer(
  engine: Engine,
  settings: OptimizerSettings,
  layout: Layout<TrainableSpec>,
): Optimizer {
  const { gradient, base, weightDecay } = settings;
  const parts = {
    transform: { definition: named<TransformDefinition>(transforms, gradient), values: settings },
    base: { definition: named<OptimizerDefinition>(optimizers, base), values: settings },
    weightDecay,
  };
  return assembleOptimizer(engine, parts, layout);
}

/** The optimizer that two parts make, for parameters in the given layout. */
export function assembleOptimizer(
  engine: Engine,
  { transform, base, weightDecay }: ChosenParts,
  layout: Layout<TrainableSpec>,
): Optimizer {
  const parts = { transform: make(engine, transform), base: make(engine, base), weightDecay };
  return chain(engine, parts, layout);
}

function make<Made>(engine: Engine, { definition, values }: Chosen<Definition<Made>>): Described<Made> {
  const options = definition.options.parse(pick(values, definition.options));
  return { method: definition.create(options, engine), reports: definition.reports };
}

/** Of all values those that an object has keys for. */
function pick(values: object, { shape }: z.ZodObject): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(shape, key)));
}

function named<Defined>(definitions: Readonly<Record<string, Defined>>, name: string): Defined {
  const definition = definitions[name];
  if (definition === undefined) throw new Error(`there is no built-in ${name}`);
  return definition;
}

/** Everything that the built-in transforms may report, for the documentation. */
export function allReports(): ReportSpec[] {
  return Object.values(transforms).flatMap(({ reports }) => reports);
}
