import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect } from 'vitest';

import { RunConfigSchema, type RunConfig } from '../../src/config/schema.js';
import type { Dataset, Split } from '../../src/data/dataset.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { valuesOf } from '../../src/support/images.js';
import type { ImageTask } from '../../src/support/images.js';
import type { Engine } from '../../src/tensor/engine.js';
import { latestCheckpoint, type Checkpoint } from '../../src/train/checkpoint.js';
import type { TrainEvent } from '../../src/train/events.js';
import { randomStream } from '../../src/train/random.js';
import { train, type TrainOptions } from '../../src/train/train.js';
import { cifarTask } from './tasks.js';

let folder: string | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-train-'));
});
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Where the runs of a test save their checkpoints. */
export function checkpointFolder(): string {
  if (folder === undefined) throw new Error('the folder is there only while a test runs');
  return folder;
}

/** Random images with labels 0, 1, 2, …, 0, … */
export function randomSplit(count: number, name: string, task = cifarTask(3)): Split {
  const random = randomStream(1, 'initialization', name);
  return {
    count,
    images: Uint8Array.from({ length: count * valuesOf(task.image) }, () => Math.floor(random() * 256)),
    labels: Uint8Array.from({ length: count }, (_, index) => index % task.classes),
  };
}

/** Seven training and three test images. */
export function randomDatasetFor(task: ImageTask): Dataset {
  const { channels } = task.image;
  return {
    name: 'cifar100-mini',
    ...task,
    train: randomSplit(7, 'train', task),
    test: randomSplit(3, 'test', task),
    checksums: {},
    normalization: {
      mean: new Array<number>(channels).fill(0.5),
      std: new Array<number>(channels).fill(0.25),
    },
  };
}

/** CIFAR's images in three classes. */
export const randomDataset = randomDatasetFor(cifarTask(3));

/** A configuration with every default filled in: ResNet-20, two epochs in batches of two, unless changed. */
export function runConfig(changes: object = {}): RunConfig {
  const small = { name: 'test', model: 'resnet20', dataset: { name: 'cifar100-mini' } };
  const short = { epochs: 2, batchSize: 2, evalBatchSize: 2, optimizer: { gradient: 'gan' } };
  return RunConfigSchema.parse({ ...small, ...short, ...changes });
}

/** All events of a run; `onEvent` hears each before the run goes on. */
export async function eventsOf(
  run: AsyncGenerator<TrainEvent, void>,
  onEvent: (event: TrainEvent) => void = () => undefined,
): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of run) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

/** The events of one type. */
export function ofType<T extends TrainEvent['type']>(
  events: readonly TrainEvent[],
  type: T,
): Extract<TrainEvent, { type: T }>[] {
  return events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type);
}

/** Trains with seed 42 on the random data set unless changed; checkpoints go to a folder that is removed afterwards. */
export function run(engine: Engine, changes: Partial<TrainOptions> = {}): AsyncGenerator<TrainEvent, void> {
  const { signal } = new AbortController();
  const dataset = randomDataset;
  const config = changes.config ?? runConfig();
  return train({
    config,
    methods: methodsOf(config),
    seed: 42,
    dataset,
    engine,
    checkpoints: checkpointFolder(),
    signal,
    ...changes,
  });
}

/** Interrupts a run during its n-th step. */
export async function interruptedAfter(
  engine: Engine,
  step: number,
  changes: Partial<TrainOptions> = {},
): Promise<TrainEvent[]> {
  const controller = new AbortController();
  const events = await eventsOf(run(engine, { ...changes, signal: controller.signal }), (event) => {
    if (event.type === 'step' && event.step === step) controller.abort();
  });
  expect(events.slice(-2)).toMatchObject([
    { type: 'checkpoint', step },
    { type: 'run-interrupted', step },
  ]);
  return events;
}

/** The newest checkpoint of the test. */
export async function latest(): Promise<Checkpoint> {
  const { snapshot } = await latestCheckpoint(checkpointFolder());
  if (snapshot === undefined) throw new Error('no checkpoint');
  return snapshot;
}
