import * as tf from '@tensorflow/tfjs-core';

import type { Optimizer, OptimizerStep, OptimizerUpdate } from '../optim/optimizer.js';
import { batchShape } from '../support/images.js';
import type { Engine, NamedTensors, Tensor } from '../tensor/engine.js';
import type { TrainingBatch } from './batch.js';
import type { Gradients, Network } from './network.js';
import type { OnPhase } from './phase.js';
import { layerMoments, layerStatistics } from './statistics.js';
import type { LayerStatistics } from './statistics.js';

/** The tensors that training changes. */
export interface TrainTensors {
  /** Flat, in the order of the network's parameter layout. */
  readonly parameters: Tensor;
  /** Flat running statistics, in the order of the buffer layout. */
  readonly buffers: Tensor;
  readonly optimizer: NamedTensors;
}

/** What one step tells, on the host. */
export interface StepReport {
  /** Mean cross-entropy of the batch. */
  readonly loss: number;
  /** Share of the batch that was classified right; with mixed images each label counts by its share. */
  readonly accuracy: number;
  /** What the gradient transform tells, by its names for it. */
  readonly reports: Readonly<Record<string, number>>;
  /** Eligible tensors, then `global`. */
  readonly layers: readonly LayerStatistics[];
}

export type StepOutcome =
  { readonly finite: true; readonly tensors: TrainTensors; readonly report: StepReport } | NotFinite;

/** Something is no longer finite: the loss, the update or what is named. */
export interface NotFinite {
  readonly finite: false;
  readonly loss: number;
  /** The first tensor whose gradient or statistics are not finite. */
  readonly layer: string | undefined;
  /** Whether the gradient itself was finite, and what the transform has made of it is not. */
  readonly isOfTransform: boolean;
  /** What the gradient transform reports that is not. */
  readonly report: string | undefined;
}

/** All tensors of a state, for disposal. */
export function listTensors({ parameters, buffers, optimizer }: TrainTensors): Tensor[] {
  return [parameters, buffers, ...optimizer.values()];
}

/** What takes part in a step beside its arithmetic. */
export interface StepCompany {
  readonly onPhase?: OnPhase | undefined;
  /** What the host has to do while the device works: everything has been issued, and the result is not there yet. */
  readonly meanwhile?: (() => void) | undefined;
}

/**
 * One optimizer step. Consumes the tensors it is given: they are disposed of and replaced by those of the result.
 * Everything happens on the device; a single small vector comes back.
 */
export async function trainStep(
  engine: Engine,
  network: Network,
  optimizer: Optimizer,
  tensors: TrainTensors,
  batch: TrainingBatch,
  context: OptimizerStep,
  { onPhase, meanwhile }: StepCompany = {},
): Promise<StepOutcome> {
  const size = batch.labels.length;
  const { next, summary, names, gradients } = engine.scope(() => {
    const images = engine.tensor(batch.images, batchShape(size, batch.image));
    const targets = engine.tensor(batch.targets, [size, batch.targets.length / size]);
    onPhase?.('batch');
    const pass = network.differentiate(tensors.parameters, tensors.buffers, images, targets, onPhase);
    const update = optimizer.update(
      ...([pass.gradients, tensors.optimizer, tensors.parameters, context] as const),
      () => onPhase?.('transform'),
    );
    onPhase?.('update');
    const result = { parameters: update.parameters, buffers: pass.buffers, optimizer: update.state };
    const report = summarize(engine, batch, pass, update);
    return {
      next: result,
      summary: report,
      names: [...update.reports.keys()],
      gradients: pass.gradients,
      keep: [...listTensors(result), report, ...pass.gradients.values()],
    };
  });
  const replaced = new Set(listTensors(next));
  for (const tensor of listTensors(tensors)) if (!replaced.has(tensor)) tensor.dispose();
  try {
    const reading = engine.read(summary);
    onPhase?.('statistics');
    meanwhile?.();
    onPhase?.('batch');
    const { loss, finite, report } = readSummary(await reading, names, network, batch);
    onPhase?.('statistics');
    if (finite) return { finite, tensors: next, report };
    for (const tensor of listTensors(next)) tensor.dispose();
    return await explainNotFinite(engine, gradients, loss, report);
  } finally {
    summary.dispose();
    for (const gradient of gradients.values()) gradient.dispose();
  }
}

/** Scalars before the transform's reports in the summary. */
const HEADER = 4;

/** [loss, hits, hits among the labels mixed in, finite check, the transform's reports …, layer moments …] */
function summarize(engine: Engine, batch: TrainingBatch, pass: Gradients, update: OptimizerUpdate): Tensor {
  const hits = countHits(engine, pass.logits, batch.labels);
  const mixedHits = batch.mixture ? countHits(engine, pass.logits, batch.mixture.labels) : tf.scalar(0);
  const header = tf.stack([tf.mean(pass.loss), hits, mixedHits, update.check, ...update.reports.values()]);
  return tf.concat([header, tf.reshape(layerMoments(update.moments), [-1])]);
}

/** What {@link summarize} says, on the host. */
function readSummary(
  values: Float32Array,
  names: readonly string[],
  network: Network,
  { labels, mixture }: TrainingBatch,
): { readonly loss: number; readonly finite: boolean; readonly report: StepReport } {
  const [loss = NaN, hits = NaN, mixedHits = NaN, check = NaN] = values;
  const moments = HEADER + names.length;
  const share = mixture?.share ?? 1;
  const report = {
    loss,
    accuracy: (share * hits + (1 - share) * mixedHits) / labels.length,
    reports: Object.fromEntries(names.map((name, index) => [name, values[HEADER + index] ?? NaN])),
    layers: layerStatistics(network.eligible, values.subarray(moments)),
  };
  // A gradient whose variance overflows is no use either, and what is recorded of it could not be saved.
  const finite = [loss, check, ...values.subarray(HEADER)].every((value) => Number.isFinite(value));
  return { loss, finite, report };
}

/** How many rows of logits [N, classes] have their largest entry at the label [N]: a whole number, as a scalar. */
export function countHits(engine: Engine, logits: Tensor, labels: Int32Array): Tensor {
  const predicted = tf.argMax(logits, 1);
  return tf.sum(tf.cast(tf.equal(predicted, engine.tensor(labels, [labels.length])), 'float32'));
}

async function explainNotFinite(
  engine: Engine,
  gradients: NamedTensors,
  loss: number,
  { layers, reports }: StepReport,
): Promise<NotFinite> {
  const overflowing = layers.find(({ gradStd, updateStd }) => !Number.isFinite(gradStd + updateStd));
  const gradient = await firstNonFinite(engine, gradients);
  const layer = gradient ?? overflowing?.layer;
  const isOfTransform = gradient === undefined && Number.isFinite(overflowing?.gradStd ?? loss);
  const report = Object.keys(reports).find((name) => !Number.isFinite(reports[name]));
  return { finite: false, loss, layer, isOfTransform, report };
}

async function firstNonFinite(engine: Engine, gradients: NamedTensors): Promise<string | undefined> {
  for (const [name, gradient] of gradients) {
    const values = await engine.read(gradient);
    if (!values.every((value) => Number.isFinite(value))) return name;
  }
  return undefined;
}
