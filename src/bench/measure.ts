import process from 'node:process';

import { sum } from 'd3-array';

import type { Dataset } from '../data/dataset.js';
import type { Engine, Traffic } from '../tensor/engine.js';
import { LoadWatch } from '../support/machine-load.js';
import { countFlops } from './flops.js';
import { MatMulProbe } from './mat-mul.js';
import { medianOf, spreadOf } from './measurement.js';
import type { Measurement } from './measurement.js';
import { hugePageBytes, pageFaults } from './pages.js';
import { MEASURED_PHASES, PhaseClock } from './phase-clock.js';
import type { Lap } from './phase-clock.js';
import { Stepper } from './stepper.js';
import type { Workload } from './stepper.js';
import { type VectorSums, vectorSums } from './vector-sum.js';

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
    let faults = 0;
    for (let step = 0; step < steps; step++) {
      const before = pageFaults();
      const clock = new PhaseClock();
      await stepper.step((phase) => {
        clock.mark(phase);
      });
      laps.push(clock.stop());
      faults += pageFaults() - before;
      alive.push(engine.liveTensors());
      products.push(await product.milliseconds());
    }
    const [othersShare, peakRssBytes] = [load.othersShare(), process.resourceUsage().maxRSS * 1024];
    const hugeBytes = hugePageBytes();
    const traffic = await engine.trafficOf?.(() => stepper.step());
    const sums = await vectorSums(engine);
    const { batchSize } = workload;
    const counted = {
      steps,
      warmup,
      flops,
      batchSize,
      traffic,
      faults,
      hugeBytes,
      othersShare,
      peakRssBytes,
    };
    return summarize({ ...counted, laps, product, products, sums, alive });
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
  /** What a step asks for. */
  readonly traffic: Traffic | undefined;
  readonly sums: VectorSums;
  /** Of all steps. */
  readonly faults: number;
  readonly hugeBytes: number | undefined;
  readonly othersShare: number;
  readonly peakRssBytes: number;
}

function summarize(records: Records): Measurement {
  const { steps, warmup, flops, batchSize, laps, product, products, sums, alive } = records;
  const { traffic, faults, hugeBytes, othersShare, peakRssBytes } = records;
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
    gflopPerSecond: billionsPerSecond(flops, stepMilliseconds.median),
    matMul: {
      size: product.size,
      milliseconds: productMilliseconds,
      gflopPerSecond: billionsPerSecond(product.flops, productMilliseconds.median),
    },
    ...(traffic && {
      traffic: {
        operations: traffic.operations,
        gigabytes: traffic.bytes / 1e9,
        gigabytesPerSecond: billionsPerSecond(traffic.bytes, stepMilliseconds.median),
      },
    }),
    vectorSum: {
      bytes: sums.bytes,
      milliseconds: sums.milliseconds,
      gigabytesPerSecond: billionsPerSecond(sums.bytes, sums.milliseconds.median),
    },
    pageFaultsPerStep: faults / steps,
    ...(hugeBytes !== undefined && { hugePageBytes: hugeBytes }),
    liveTensors: { afterFirst: alive.at(0) ?? 0, afterLast: alive.at(-1) ?? 0 },
    othersShare,
    peakRssBytes,
  };
}

function billionsPerSecond(count: number, milliseconds: number): number {
  return count / 1e6 / milliseconds;
}
