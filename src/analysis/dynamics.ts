import type { LayerCurves, LayerTable } from '../record/layers.js';
import { meanAndStd } from '../support/moments.js';
import type { Group, StudyRun } from './groups.js';
import { logSlope, trendOf, type Trend } from './trend.js';

/** How a layer's gradients go, over the seeds of a group. */
export interface LayerDynamics {
  readonly layer: string;
  /** Numbers in it. */
  readonly elements: number;
  /** Std of the gradient by epoch, from the first: geometric mean over seeds. */
  readonly gradStd: readonly number[];
  /** The same of the update: after the transform, before the base optimizer. */
  readonly updateStd: readonly number[];
  /** Of the gradient's std. */
  readonly trend: Trend;
}

/** What happens inside the runs of a group. */
export interface Dynamics {
  readonly group: Group;
  /** The runs that it is of: the finished ones that have gradients, of the same layers as the first of them. */
  readonly seeds: readonly number[];
  /** In model order. */
  readonly layers: readonly LayerDynamics[];
  /** Of the concatenation of all layers. */
  readonly global: LayerDynamics;
}

/**
 * The gradients of a group. Runs are read one after the other, and of each the curves alone are kept.
 * @param layersOf - Reads those of a run; undefined where it has none.
 * @returns undefined where no finished run has any
 */
export async function dynamicsOf(
  group: Group,
  layersOf: (run: StudyRun) => Promise<LayerTable | undefined>,
): Promise<Dynamics | undefined> {
  const members: Member[] = [];
  for (const run of group.runs) {
    const table = await layersOf(run);
    if (table !== undefined && hasLayersOf(table, members[0]?.table)) members.push({ run, table });
  }
  const first = members[0]?.table;
  if (first === undefined) return undefined;
  return {
    group,
    seeds: members.map(({ run }) => run.state.seed),
    layers: first.layers.map((layer, index) =>
      layerDynamics(
        layer,
        members.flatMap(({ run, table }) => {
          const curves = table.layers[index];
          return curves === undefined ? [] : [{ run, curves }];
        }),
      ),
    ),
    global: layerDynamics(
      first.global,
      members.map(({ run, table }) => ({ run, curves: table.global })),
    ),
  };
}

interface Member {
  readonly run: StudyRun;
  readonly table: LayerTable;
}

function hasLayersOf({ layers }: LayerTable, first: LayerTable | undefined): boolean {
  if (first === undefined) return true;
  return (
    layers.length === first.layers.length &&
    layers.every(({ layer }, index) => layer === first.layers[index]?.layer)
  );
}

/** @param seeds - The layer in each run of the group. */
function layerDynamics(
  { layer, elements }: LayerCurves,
  seeds: readonly { readonly run: StudyRun; readonly curves: LayerCurves }[],
): LayerDynamics {
  const slopes = new Map<number, number>();
  for (const { run, curves } of seeds) {
    const learningRates = run.metrics.map((row) => row.learning_rate);
    const slope = logSlope(curves.gradStd, learningRates);
    if (slope !== undefined) slopes.set(run.state.seed, slope);
  }
  return {
    layer,
    elements,
    gradStd: geometricMeans(seeds.map(({ curves }) => curves.gradStd)),
    updateStd: geometricMeans(seeds.map(({ curves }) => curves.updateStd)),
    trend: trendOf(slopes),
  };
}

/** exp of the mean of ln, epoch by epoch, of the epochs that all curves have; 0 where one is 0. */
function geometricMeans(curves: readonly (readonly number[])[]): number[] {
  const epochs = Math.min(...curves.map(({ length }) => length));
  return Array.from({ length: epochs }, (_, epoch) => {
    const logs = curves.map((curve) => Math.log(curve[epoch] ?? Number.NaN));
    return Math.exp(meanAndStd(logs).mean ?? Number.NaN);
  });
}
