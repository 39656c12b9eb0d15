import * as tf from '@tensorflow/tfjs-core';

import type { Layer, ParameterSpec } from '../nn/layer.js';
import type { Engine, NamedTensors, Tensor } from '../tensor/engine.js';
import { Layout } from '../tensor/layout.js';
import type { LayoutEntry } from '../tensor/layout.js';
import { Operations } from '../tensor/operations.js';
import { Tape } from '../tensor/tape.js';
import type { OnPhase } from './phase.js';
import { randomStream } from './random.js';

/** Share of the batch's statistics in the running ones. */
const MOMENTUM = 0.1;

/** Values a network starts from or is saved as: flat vectors in the order of the layouts. */
export interface NetworkValues {
  readonly parameters: Float32Array;
  readonly buffers: Float32Array;
}

export interface Gradients {
  readonly logits: Tensor;
  /** Per-example loss, [N]. */
  readonly loss: Tensor;
  readonly gradients: NamedTensors;
  /** Running statistics after this batch, flat. */
  readonly buffers: Tensor;
}

/** An architecture whose parameters and running statistics are two flat vectors. */
export class Network {
  readonly parameters: Layout<ParameterSpec>;
  readonly buffers: Layout;
  /** The parameters that gradient transforms apply to. */
  readonly eligible: readonly LayoutEntry[];
  readonly #model: Layer;
  readonly #engine: Engine;

  constructor(engine: Engine, model: Layer) {
    this.#engine = engine;
    this.#model = model;
    this.parameters = new Layout(model.parameters);
    this.buffers = new Layout(model.buffers);
    this.eligible = this.parameters.entries.filter(({ eligible }) => eligible);
  }

  /** Starting values; each tensor has a random stream of its own. */
  initialValues(seed: number): NetworkValues {
    const parameters = new Float32Array(this.parameters.size);
    const views = this.parameters.views(parameters);
    for (const { name, initialize } of this.#model.parameters) {
      const view = views.get(name);
      view?.set(initialize(view.length, randomStream(seed, 'initialization', name)));
    }
    const buffers = new Float32Array(this.buffers.size);
    const starts = this.buffers.views(buffers);
    for (const { name, start } of this.#model.buffers) starts.get(name)?.fill(start);
    return { parameters, buffers };
  }

  /** Logits [N, classes] of images [N, H, W, C] with the running statistics. */
  predict(parameters: Tensor, buffers: Tensor, images: Tensor): Tensor {
    const weights = this.parameters.unpack(parameters);
    const statistics = this.buffers.unpack(buffers);
    const operations = new Operations(this.#engine);
    const context = {
      operations,
      training: false,
      parameter: (name: string) => named(weights, name),
      buffer: (name: string) => named(statistics, name),
      observe: () => undefined,
    };
    return operations.materialize(this.#model.forward(operations.features(images), context));
  }

  /** Forward and backward pass: gradients of the mean cross-entropy against targets [N, classes]. */
  differentiate(
    parameters: Tensor,
    buffers: Tensor,
    images: Tensor,
    targets: Tensor,
    onPhase?: OnPhase,
  ): Gradients {
    const tape = new Tape();
    const weights = this.parameters.unpack(parameters);
    for (const weight of weights.values()) tape.watch(weight);
    const observed = new Map<string, Tensor>();
    const operations = new Operations(this.#engine, tape);
    const context = {
      operations,
      training: true,
      parameter: (name: string) => named(weights, name),
      buffer: (name: string) => {
        throw new Error(`training does not read the buffer ${name}`);
      },
      observe: (name: string, value: Tensor) => observed.set(name, value),
    };
    const logits = operations.materialize(this.#model.forward(operations.features(images), context));
    const { loss, gradient } = this.#engine.crossEntropy(logits, targets);
    onPhase?.('forward');
    const meanGradient = tf.div(gradient, loss.size);
    // The tape frees what it has recorded, the logits too; the caller still wants these.
    const kept = tf.clone(logits);
    const byId = tape.gradients(logits, meanGradient);
    const gradients = new Map(
      [...weights].map(([name, weight]) => {
        const value = byId.get(weight.id);
        if (value === undefined) throw new Error(`no gradient reached ${name}`);
        return [name, value];
      }),
    );
    // Copies of all parameters, which nobody reads again.
    for (const weight of weights.values()) weight.dispose();
    const blended = this.#blend(buffers, observed);
    onPhase?.('backward');
    return { logits: kept, loss, gradients, buffers: blended };
  }

  /** running ← 0.9 · running + 0.1 · batch. */
  #blend(buffers: Tensor, observed: NamedTensors): Tensor {
    if (this.buffers.size === 0) return buffers;
    const batch = this.buffers.pack(observed);
    return tf.add(tf.mul(buffers, 1 - MOMENTUM), tf.mul(batch, MOMENTUM));
  }
}

function named(tensors: NamedTensors, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the model has no tensor named ${name}`);
  return tensor;
}
