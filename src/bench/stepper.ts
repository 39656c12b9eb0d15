import type { Dataset } from '../data/dataset.js';
import { UserError } from '../errors.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { ReportSpec } from '../optim/definition.js';
import type { Engine } from '../tensor/engine.js';
import { type BatchSettings, trainingBatch } from '../train/batch.js';
import { BatchQueue } from '../train/batch-queue.js';
import type { Snapshot } from '../train/checkpoint.js';
import { evaluate } from '../train/evaluate.js';
import type { Evaluation } from '../train/evaluate.js';
import type { Methods } from '../train/methods.js';
import { Network } from '../train/network.js';
import type { OnPhase } from '../train/phase.js';
import { optimizerRandomness } from '../train/random.js';
import { initialState, takeSnapshot } from '../train/snapshot.js';
import { untrained } from '../train/state.js';
import { listTensors, trainStep } from '../train/step.js';
import type { StepReport, TrainTensors } from '../train/step.js';
import { EndlessOrder } from './endless-order.js';

/** What is trained while it is measured. */
export interface Workload {
  readonly methods: Methods;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Default: crop and flip, nothing mixed, no label smoothing. */
  readonly batches?: Omit<BatchSettings, 'batchSize' | 'shuffle'>;
}

const SEED = 42;

const DEFAULT_BATCHES = { augmentation: 'crop-flip' as const, regularization: {}, labelSmoothing: 0 };

/** Runs full training steps one by one, through the very functions that `gan-bench run` trains with. */
export class Stepper {
  readonly #engine: Engine;
  readonly #dataset: Dataset;
  readonly #learningRate: number;
  readonly #batches: BatchQueue;
  readonly #network: Network;
  readonly #optimizer: Optimizer;
  #tensors: TrainTensors;
  #steps = 0;

  constructor(engine: Engine, dataset: Dataset, workload: Workload) {
    const { methods, batchSize, learningRate, batches = DEFAULT_BATCHES } = workload;
    this.#engine = engine;
    this.#dataset = dataset;
    this.#learningRate = learningRate;
    this.#batches = batchesOf(dataset, { ...batches, batchSize, shuffle: true });
    this.#network = new Network(engine, methods.model(dataset));
    this.#optimizer = methods.optimizer(engine, this.#network.parameters);
    this.#tensors = initialState(engine, this.#network, this.#optimizer, SEED).tensors;
  }

  /**
   * One step on a fresh augmented batch: assembly, forward and backward pass, transform, update, statistics.
   *
   * @throws UserError `diverged` when the loss, a gradient or the update is no longer finite
   */
  async step(onPhase?: OnPhase): Promise<StepReport> {
    const batch = this.#batches.take();
    const context = {
      learningRate: this.#learningRate,
      step: ++this.#steps,
      random: optimizerRandomness(SEED),
    };
    const outcome = await trainStep(
      ...([this.#engine, this.#network, this.#optimizer, this.#tensors, batch, context] as const),
      {
        onPhase,
        meanwhile: () => {
          this.#batches.prepare();
        },
      },
    );
    if (!outcome.finite)
      throw new UserError('diverged', `step ${this.#steps} is no longer finite: the loss is ${outcome.loss}`);
    this.#tensors = outcome.tensors;
    return outcome.report;
  }

  /** Loss and accuracy on all test images, as after every epoch. */
  async evaluate(batchSize: number): Promise<Evaluation | undefined> {
    const { signal } = new AbortController();
    const options = { split: this.#dataset.test, batchSize, signal };
    return await evaluate(this.#engine, this.#network, this.#tensors, this.#dataset, options);
  }

  /** What a checkpoint would save. */
  async snapshot(): Promise<Snapshot> {
    const state = { progress: untrained, tensors: this.#tensors };
    return await takeSnapshot(this.#engine, this.#network, state, SEED);
  }

  /** Everything that the gradient transform may report of a step. */
  get reports(): readonly ReportSpec[] {
    return this.#optimizer.reports;
  }

  dispose(): void {
    for (const tensor of listTensors(this.#tensors)) tensor.dispose();
  }
}

/** Without end. Every batch is an "epoch" of its own, so that its augmentation has a random stream of its own. */
function batchesOf(dataset: Dataset, settings: BatchSettings): BatchQueue {
  const order = new EndlessOrder(dataset.train.count, SEED);
  const assemble = (epoch: number) =>
    trainingBatch(dataset, order.next(settings.batchSize), settings, { seed: SEED, epoch, index: 0 });
  return new BatchQueue(assemble, { from: 0, to: Infinity });
}
