import * as tf from '@tensorflow/tfjs-core';

import { createOptimizer } from '../../src/optim/registry.js';
import type { OptimizerSettings } from '../../src/optim/registry.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import { targetsOf } from '../../src/train/batch.js';
import type { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { listTensors, trainStep } from '../../src/train/step.js';
import type { StepReport } from '../../src/train/step.js';
import { optimizerSettings, startingTensors } from '../support/training.js';
import { cifarTask } from '../support/tasks.js';
import { flatten } from './golden.js';
import type { Golden } from './golden.js';

export const CLASSES = 100;

export interface Run extends Partial<OptimizerSettings> {
  readonly name: string;
  readonly learningRate: number;
}

/** The optimizers of the README's table, with PyTorch's settings. */
export const RUNS: readonly Run[] = [
  { name: 'adamw', gradient: 'none', learningRate: 1e-3 },
  { name: 'zscore-adamw', gradient: 'zscore', learningRate: 1e-3 },
  { name: 'gan-adamw', gradient: 'gan', learningRate: 1e-3 },
  { name: 'centralize-adamw', gradient: 'centralize', learningRate: 1e-3 },
  { name: 'clip-adamw', gradient: 'clip', learningRate: 1e-3 },
  { name: 'gan-sgd', gradient: 'gan', base: 'sgd', nesterov: true, weightDecay: 5e-4, learningRate: 1e-2 },
  { name: 'none-adam', base: 'adam', weightDecay: 1e-2, learningRate: 1e-3 },
  { name: 'adamw-decay', weightDecay: 0.5, learningRate: 1e-3 },
  { name: 'adamw-gentle', gradient: 'none', learningRate: 1e-4 },
  { name: 'zscore-adamw-gentle', gradient: 'zscore', learningRate: 1e-4 },
  { name: 'gan-adamw-gentle', gradient: 'gan', learningRate: 1e-4 },
];

/** The forward and backward pass of the batch, from the golden starting point. */
export function onDevice(engine: Engine, network: Network, golden: Golden, labelSmoothing: number) {
  const labels = golden.labels();
  const { buffers } = network.initialValues(0);
  return network.differentiate(
    engine.tensor(flatten(network.parameters, golden.group('parameters')), [network.parameters.size]),
    engine.tensor(buffers, [network.buffers.size]),
    imagesOf(engine, golden),
    engine.tensor(targetsOf(labels, undefined, CLASSES, labelSmoothing), [labels.length, CLASSES]),
  );
}

/** Logits in evaluation, with the golden running statistics where the network has any. */
export function evaluated(engine: Engine, network: Network, golden: Golden): Tensor {
  const statistics = network.buffers.size === 0 ? new Map() : golden.group('buffers');
  return network.predict(
    engine.tensor(flatten(network.parameters, golden.group('parameters')), [network.parameters.size]),
    engine.tensor(flatten(network.buffers, statistics), [network.buffers.size]),
    imagesOf(engine, golden),
  );
}

function imagesOf(engine: Engine, golden: Golden): Tensor {
  return engine.tensor(golden.values('images'), [golden.labels().length, 32, 32, 3]);
}

/** What a run's five steps report, and the parameters after them. */
export async function fiveSteps(
  engine: Engine,
  network: Network,
  golden: Golden,
  { learningRate, ...settings }: Run,
) {
  const labels = golden.labels();
  const batch = {
    image: cifarTask(CLASSES).image,
    images: golden.values('images'),
    labels,
    targets: targetsOf(labels, undefined, CLASSES, 0),
    mixture: undefined,
  };
  const optimizer = createOptimizer(engine, optimizerSettings(settings), network.parameters);
  let tensors = startingTensors(engine, network, optimizer, {
    parameters: flatten(network.parameters, golden.group('parameters')),
    buffers: network.initialValues(0).buffers,
  });
  const reports: StepReport[] = [];
  for (let step = 1; step <= 5; step++) {
    const outcome = await trainStep(engine, network, optimizer, tensors, batch, {
      learningRate,
      step,
      random: optimizerRandomness(1),
    });
    if (!outcome.finite) throw new Error(`step ${step} is not finite`);
    tensors = outcome.tensors;
    reports.push(outcome.report);
  }
  const parameters = network.parameters.views(await engine.read(tensors.parameters));
  tf.dispose(listTensors(tensors));
  return { reports, parameters };
}

export function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Euclidean norm of the difference. */
export function distance(a: Float32Array | undefined, b: Float32Array): number {
  return Math.hypot(...b.map((value, index) => value - (a?.[index] ?? NaN)));
}
