import process from 'node:process';

import { sum } from 'd3-array';

import type { Dataset } from '../data/dataset.js';
import type { Engine } from '../tensor/engine.js';
import { countFlops } from './flops.js';
import { LoadWatch } from '../support/machine-load.js';
import { MatMulProbe } from './mat-mul.js';
import { medianOf, spreadOf } from './measurement.js';
import type { Measurement } from './measurement.js';
import { MEASURED_PHASES, PhaseClock } from './phase-clock.js';
import type { Lap } from './phase-clock.js';
import { Stepper } from './stepper.js';
import type { Workload } from './stepper.js';

export interface MeasureOptions {
  /** Steps that are measured. */
  readonly steps: number;
  /** Steps before those. */
  readonly warmup: number;
}

/** Trains the workload for a few steps and says what they cost. A matrix product follows each step. */
export async function measure(
  engine: Engine,
  dataset: Dataset,
  workload: Workload,
  { steps, warmup }: MeasureOptions,
): Promise<Measurement> {
  const flops = workload.batchSize * countFlops(workload.methods.model(dataset), dataset.image).training;
  const product = new MatMulProbe(engine);
  const stepper = new Stepper(engine, dataset, workload);
  try {
    for (let step = 0; step < warmup; step++) {
      await stepper.step();
      await product.milliseconds();
    }
    const load = new LoadWatch();
    const laps: Lap[] = [];
    const products: number[] = [];
    const alive: number[] = [];
    for (let step = 0; step < steps; step++) {
      const clock = new PhaseClock();
      await stepper.step((phase) => {
        clock.mark(phase);
      });
      laps.push(clock.stop());
      alive.push(engine.liveTensors());
      products.push(await product.milliseconds());
    }
    const othersShare = load.othersShare();
    const { batchSize } = workload;
    return summarize({ steps, warmup, flops, batchSize, laps, product, products, alive, othersShare });
  } finally {
    stepper.dispose();
    product.dispose();
  }
}

interface Records extends MeasureOptions {
  readonly flops: number;
  readonly batchSize: number;
  readonly laps: readonly Lap[];
  readonly product: MatMulProbe;
  /** Milliseconds of each product. */
  readonly products: readonly number[];
  /** Live tensors after each step. */
  readonly alive: readonly number[];
  readonly othersShare: number;
}

function summarize(records: Records): Measurement {
  const { steps, warmup, flops, batchSize, laps, product, products, alive, othersShare } = records;
  const stepMilliseconds = spreadOf(laps.map(({ milliseconds }) => milliseconds));
  const total = sum(laps, ({ milliseconds }) => milliseconds);
  const productMilliseconds = spreadOf(products);
  return {
    steps,
    warmup,
    stepMilliseconds,
    imagesPerSecond: (1000 * batchSize) / stepMilliseconds.median,
    phases: MEASURED_PHASES.map((phase) => ({
      phase,
      medianMilliseconds: medianOf(laps.map(({ phases }) => phases[phase])),
      share: sum(laps, ({ phases }) => phases[phase]) / total,
    })),
    gflopPerStep: flops / 1e9,
    gflopPerSecond: gflopPerSecond(flops, stepMilliseconds.median),
    matMul: {
      size: product.size,
      milliseconds: productMilliseconds,
      gflopPerSecond: gflopPerSecond(product.flops, productMilliseconds.median),
    },
    liveTensors: { afterFirst: alive.at(0) ?? 0, afterLast: alive.at(-1) ?? 0 },
    othersShare,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function gflopPerSecond(flops: number, milliseconds: number): number {
  return flops / 1e6 / milliseconds;
}
