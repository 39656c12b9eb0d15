import { Network } from '../train/network.js';
import { optimizerRandomness } from '../train/random.js';
import { readSafetensors, writeSafetensors } from '../train/safetensors.js';
import { initialState, restoreSnapshot, takeSnapshot } from '../train/snapshot.js';
import type { Snapshot } from '../train/checkpoint.js';
import type { TrainingBatch } from '../train/batch.js';
import { targetsOf } from '../train/batch.js';
import type { Methods } from '../train/methods.js';
import type { TrainState } from '../train/state.js';
import { listTensors, trainStep } from '../train/step.js';
import type { StepReport } from '../train/step.js';
import type { Optimizer } from '../optim/optimizer.js';
import { batchShape, valuesOf } from '../support/images.js';
import type { ImageTask } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import { randomStream } from '../train/random.js';

const SEED = 1;
const LEARNING_RATE = 1e-3;
const IMAGES = 4;

/** A few training steps of a network on made-up images, through the very functions that a run trains with. */
export class Trial {
  readonly #engine: Engine;
  readonly #batch: TrainingBatch;
  readonly network: Network;
  readonly optimizer: Optimizer;
  #state: TrainState;

  constructor(engine: Engine, methods: Methods, task: ImageTask) {
    this.#engine = engine;
    this.#batch = madeUpBatch(task);
    this.network = new Network(engine, methods.model(task));
    this.optimizer = methods.optimizer(engine, this.network.parameters);
    this.#state = initialState(engine, this.network, this.optimizer, SEED);
  }

  /** One step on the same images. @throws Error when something is no longer finite */
  async step(): Promise<StepReport> {
    const { progress, tensors } = this.#state;
    const step = progress.step + 1;
    const context = { learningRate: LEARNING_RATE, step, random: optimizerRandomness(SEED) };
    const outcome = await trainStep(
      ...([this.#engine, this.network, this.optimizer, tensors, this.#batch, context] as const),
    );
    if (!outcome.finite) {
      // The step has used them up.
      this.#state = initialState(this.#engine, this.network, this.optimizer, SEED);
      throw new Error(`step ${step} is not finite (loss ${outcome.loss})`);
    }
    this.#state = { tensors: outcome.tensors, progress: { ...progress, step } };
    return outcome.report;
  }

  async steps(count: number): Promise<StepReport[]> {
    const reports: StepReport[] = [];
    for (let done = 0; done < count; done++) reports.push(await this.step());
    return reports;
  }

  /** The state as a checkpoint has it. */
  async snapshot(): Promise<Snapshot> {
    return await takeSnapshot(this.#engine, this.network, this.#state, SEED);
  }

  /** Goes back to a state as it comes from the files of a checkpoint. */
  restore(snapshot: Snapshot): void {
    const [weights, optimizer] = [snapshot.weights, snapshot.optimizer].map((tensors) =>
      readSafetensors(Buffer.from(writeSafetensors(tensors)), 'a checkpoint'),
    );
    const read = { ...snapshot, weights: weights ?? new Map(), optimizer: optimizer ?? new Map() };
    this.dispose();
    this.#state = restoreSnapshot(this.#engine, this.network, this.optimizer, read);
  }

  dispose(): void {
    for (const tensor of listTensors(this.#state.tensors)) tensor.dispose();
  }
}

/** Images and labels that are the same on every machine. */
export function madeUpBatch({ image, classes }: ImageTask): TrainingBatch {
  const random = randomStream(SEED, 'augmentation', 'conformance');
  const [count] = batchShape(IMAGES, image);
  const images = Float32Array.from({ length: count * valuesOf(image) }, () => 2 * random() - 1);
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  return { image, images, labels, targets: targetsOf(labels, undefined, classes, 0), mixture: undefined };
}

/** All that a state has, as bytes: two states are the same just when these are. */
export function bytesOf({ weights, optimizer }: Snapshot): Buffer {
  return Buffer.concat([writeSafetensors(weights), writeSafetensors(optimizer)]);
}
