import path from 'node:path';
import { performance } from 'node:perf_hooks';

import type { RunConfig } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../errors.js';
import type { Optimizer } from '../optim/optimizer.js';
import { LoadWatch } from '../support/machine-load.js';
import type { Engine } from '../tensor/engine.js';
import type { BatchSettings } from './batch.js';
import { type BatchQueue, epochBatches } from './batch-queue.js';
import { saveCheckpoint } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { pruneCheckpoints } from './checkpoint-folder.js';
import { evaluateAll } from './evaluate.js';
import type { Evaluations } from './evaluate.js';
import type { TrainEvent } from './events.js';
import { epochMetrics } from './epoch-metrics.js';
import type { EpochFacts } from './epoch-metrics.js';
import { describeLosses, describeNonFinite, namedError } from './failures.js';
import { accuraciesOf, isToBeSaved, keptEpoch } from './kept-epoch.js';
import { LeakWatch } from './leak-watch.js';
import type { Methods } from './methods.js';
import { Network } from './network.js';
import { planOf, stepsLeftInEpoch } from './plan.js';
import type { Plan } from './plan.js';
import { optimizerRandomness } from './random.js';
import type { RecordedFile } from './recorded-file.js';
import { initialState, restoreSnapshot, takeSnapshot } from './snapshot.js';
import { afterEpoch, afterStep, meanStatistics, untrained } from './state.js';
import type { Progress, TrainState } from './state.js';
import { listTensors, trainStep } from './step.js';
import type { StepReport } from './step.js';

export interface TrainOptions {
  readonly config: RunConfig;
  /** What the names in the configuration stand for. */
  readonly methods: Methods;
  readonly seed: number;
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Folder of the run's checkpoints. */
  readonly checkpoints: string;
  /** Where to go on from; absent for a new run. */
  readonly resume?: Checkpoint | undefined;
  /** What is on record of the run so far, for the checkpoint that is about to be saved. */
  readonly records?: () => Promise<readonly RecordedFile[]>;
  /** Asked before a checkpoint is written, takes its place, or is removed; throws when the folder is no longer this run's. */
  readonly confirm?: () => Promise<void>;
  /** Ends the run after the step in progress, with a checkpoint. */
  readonly signal: AbortSignal;
}

/**
 * Trains one seed and tells what happens, event by event. The next piece of work starts only when the listener
 * asks for the next event: what an `epoch` event carries is written down before its checkpoint is. Ends with
 * `run-finished`, `run-interrupted` or `run-failed`, and throws nothing but the listener's own errors.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void> {
  let run: Run | undefined;
  try {
    run = new Run(options);
    yield* run.events();
  } catch (error) {
    const { epoch, step } = run?.progress ?? options.resume?.progress ?? untrained;
    yield { type: 'run-failed', epoch, step, error: namedError(error, options.methods) };
  } finally {
    run?.dispose();
  }
}

class Run {
  readonly #options: TrainOptions;
  readonly #network: Network;
  readonly #optimizer: Optimizer;
  readonly #batches: BatchSettings;
  readonly #plan: Plan;
  readonly #leaks: LeakWatch;
  #state: TrainState;

  constructor(options: TrainOptions) {
    const { config, methods, dataset, engine, seed, resume } = options;
    this.#options = options;
    this.#network = new Network(engine, methods.model(dataset));
    this.#optimizer = methods.optimizer(engine, this.#network.parameters);
    this.#batches = {
      batchSize: config.batchSize,
      ...config.dataset,
      regularization: config.regularization,
      labelSmoothing: config.loss.labelSmoothing,
    };
    this.#plan = planOf(config, dataset);
    this.#leaks = new LeakWatch(methods.foreign);
    this.#state =
      resume === undefined
        ? initialState(engine, this.#network, this.#optimizer, seed)
        : restoreSnapshot(engine, this.#network, this.#optimizer, resume);
  }

  get progress(): Progress {
    return this.#state.progress;
  }

  dispose(): void {
    for (const tensor of listTensors(this.#state.tensors)) tensor.dispose();
  }

  async *events(): AsyncGenerator<TrainEvent, void> {
    const { config, seed, resume, signal, dataset, checkpoints } = this.#options;
    const { epoch, step } = this.progress;
    yield {
      type: 'run-started',
      seed,
      epochs: config.epochs,
      ...this.#plan,
      hasValidation: dataset.validation !== undefined,
      resumedFrom: resume && { epoch, step, records: resume.records },
      reports: this.#optimizer.reports,
    };
    if (resume === undefined && config.checkpoint.initial) yield await this.#save();
    while (!this.#finished()) {
      const load = new LoadWatch();
      yield* this.#steps();
      const startedAt = performance.now();
      const evaluations = signal.aborted ? undefined : await this.#evaluate();
      if (evaluations === undefined) {
        yield await this.#save();
        yield { type: 'run-interrupted', epoch: this.progress.epoch, step: this.progress.step };
        return;
      }
      const evaluationSeconds = (performance.now() - startedAt) / 1000;
      yield this.#epochEvent({ ...evaluations, evaluationSeconds, othersShare: load.othersShare() });
      this.#state = { ...this.#state, progress: afterEpoch(this.progress, accuraciesOf(evaluations)) };
      if (this.#finished() || isToBeSaved(this.progress, config.checkpoint)) yield await this.#save();
    }
    const { epoch: epochs, step: steps } = this.progress;
    const best = await keptEpoch(this.progress, config.checkpoint, checkpoints);
    yield { type: 'run-finished', epoch: epochs, step: steps, best };
  }

  /** Of the running epoch. */
  #learningRate(): number {
    return this.#options.methods.learningRate(this.progress.epoch);
  }

  #finished(): boolean {
    const { step, stepInEpoch } = this.progress;
    return step >= this.#plan.totalSteps && stepInEpoch === 0;
  }

  /** The rest of the running epoch; ends early when the signal says so. */
  async *#steps(): AsyncGenerator<TrainEvent, void> {
    const { dataset, seed, signal } = this.#options;
    const { epoch, stepInEpoch: from } = this.progress;
    const to = from + stepsLeftInEpoch(this.#plan, this.progress);
    const batches = epochBatches(dataset, this.#batches, { seed, epoch }, { from, to });
    const learningRate = this.#learningRate();
    while (stepsLeftInEpoch(this.#plan, this.progress) > 0) {
      // A turn of the event loop, so that a signal can be heard.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
      const report = await this.#step(batches, learningRate);
      const global = report.layers.at(-1);
      yield {
        type: 'step',
        epoch: epoch + 1,
        step: this.progress.step,
        loss: report.loss,
        accuracy: report.accuracy,
        learningRate,
        gradGlobalStd: global?.gradStd ?? NaN,
        reports: report.reports,
      };
    }
  }

  async #step(batches: BatchQueue, learningRate: number): Promise<StepReport> {
    const { engine, seed } = this.#options;
    const { progress, tensors } = this.#state;
    const startedAt = performance.now();
    const batch = batches.take();
    const context = { learningRate, step: progress.step + 1, random: optimizerRandomness(seed) };
    const outcome = await trainStep(
      ...([engine, this.#network, this.#optimizer, tensors, batch, context] as const),
      {
        meanwhile: () => {
          batches.prepare();
        },
      },
    );
    if (!outcome.finite) throw this.#diverged(progress.step + 1, describeNonFinite(outcome));
    const seconds = (performance.now() - startedAt) / 1000;
    this.#state = { tensors: outcome.tensors, progress: afterStep(progress, outcome.report, seconds) };
    this.#leaks.look(engine.liveTensors(), progress.step + 1);
    return outcome.report;
  }

  #diverged(step: number, what: string): UserError {
    return new UserError(
      'diverged',
      `Seed ${this.#options.seed} stopped at epoch ${this.progress.epoch + 1}, step ${step}: ${what}. ` +
        'All that was logged before is kept. A lower optimizer.learningRate or a longer schedule.warmupEpochs usually helps.' +
        this.#trainedWith(),
    );
  }

  #trainedWith(): string {
    const { foreign } = this.#options.methods;
    return foreign.length === 0 ? '' : ` It was trained with ${foreign.join(' and ')}.`;
  }

  async #evaluate(): Promise<Evaluations | undefined> {
    const { engine, dataset, config, signal } = this.#options;
    const { progress, tensors } = this.#state;
    const circumstances = { batchSize: config.evalBatchSize, signal };
    const found = await evaluateAll(engine, this.#network, tensors, dataset, circumstances);
    // A step's own loss is from before its update: that the last update was too large shows here first.
    const what = found && describeLosses(found);
    if (what !== undefined) throw this.#diverged(progress.step, what);
    return found;
  }

  #epochEvent(found: Evaluations & Pick<EpochFacts, 'evaluationSeconds' | 'othersShare'>): TrainEvent {
    const { progress } = this;
    const { batchSize } = this.#options.config;
    const { reports } = this.#optimizer;
    const metrics = epochMetrics({
      ...found,
      progress,
      learningRate: this.#learningRate(),
      batchSize,
      reports,
    });
    return { type: 'epoch', metrics, layers: meanStatistics(progress) };
  }

  async #save(): Promise<TrainEvent> {
    const { engine, seed, checkpoints, config, records, confirm } = this.#options;
    const snapshot = await takeSnapshot(engine, this.#network, this.#state, seed);
    await confirm?.();
    const checkpoint = { ...snapshot, records: (await records?.()) ?? [] };
    const directory = await saveCheckpoint(path.resolve(checkpoints), checkpoint, { confirm });
    await confirm?.();
    const { epoch, step, best } = this.progress;
    const { keep, initial: keepInitial, best: keepsBest } = config.checkpoint;
    const rule = { step, keep, keepInitial, best: keepsBest && best?.step };
    await pruneCheckpoints(checkpoints, rule);
    return { type: 'checkpoint', directory, epoch, step };
  }
}
