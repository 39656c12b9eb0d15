import type { Engine } from '../tensor/engine.js';
import type { Layout, TrainableSpec } from '../tensor/layout.js';
import { adam, adamw } from './adam.js';
import { centralize } from './centralize.js';
import { clip } from './clip.js';
import { gan } from './gan.js';
import { none } from './none.js';
import { chain } from './optimizer.js';
import type { Optimizer } from './optimizer.js';
import { sgd } from './sgd.js';
import type { ReportSpec } from './transform.js';
import { zscore } from './zscore.js';

/** Every gradient transform by the name that the configuration has for it. */
export const transforms = { none, zscore, centralize, clip, gan };

/** Every base optimizer by the name that the configuration has for it. */
export const bases = { adamw, adam, sgd };

/** One type that is every member of a union at once. */
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
type Transforms = typeof transforms;
type Bases = typeof bases;

/** What to build, and the settings of all that might be: each part reads its own. */
export type OptimizerSettings = {
  readonly gradient: keyof Transforms;
  readonly base: keyof Bases;
} & Intersection<Parameters<Transforms[keyof Transforms]['create']>[1]> &
  Intersection<Parameters<Bases[keyof Bases]>[1]>;

/** The optimizer that the settings describe, for parameters in the given layout. */
export function createOptimizer(
  engine: Engine,
  settings: OptimizerSettings,
  layout: Layout<TrainableSpec>,
): Optimizer {
  const definition = transforms[settings.gradient];
  const transform = definition.create(engine, settings);
  return chain(
    engine,
    { transform, reports: definition.reports },
    bases[settings.base](engine, settings),
    layout,
  );
}

/** Everything that the transforms may report, for the documentation. */
export function allReports(): ReportSpec[] {
  return Object.values(transforms).flatMap(({ reports }) => reports);
}
