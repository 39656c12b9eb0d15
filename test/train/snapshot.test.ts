import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { vggFromWidths } from '../../src/models/vgg.js';
import { createOptimizer } from '../../src/optim/registry.js';
import type { OptimizerSettings } from '../../src/optim/registry.js';
import type { GradientTransform } from '../../src/optim/transform.js';
import type { Engine } from '../../src/tensor/engine.js';
import { sizeOf } from '../../src/tensor/layout.js';
import type { Snapshot } from '../../src/train/checkpoint.js';
import { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { readSafetensors, writeSafetensors } from '../../src/train/safetensors.js';
import { initialState, restoreSnapshot, takeSnapshot } from '../../src/train/snapshot.js';
import type { TrainState } from '../../src/train/state.js';
import { listTensors, trainStep } from '../../src/train/step.js';
import { onEachBackend } from '../support/backends.js';
import { optimizerSettings, randomBatch } from '../support/training.js';
import { chained, sgd } from '../optim/parts.js';
import { cifarTask } from '../support/tasks.js';

const CLASSES = 3;
const batch = randomBatch([0, 1], CLASSES);

/** A tiny VGG with an optimizer, and the state after some steps. */
async function trained(
  engine: Engine,
  settings: Partial<OptimizerSettings>,
  steps: number,
  transform?: GradientTransform,
) {
  const network = new Network(engine, vggFromWidths([2, 'pool', 3], cifarTask(CLASSES)));
  const optimizer = transform
    ? chained(engine, { method: transform, reports: [] }, sgd(engine), network.parameters)
    : createOptimizer(engine, optimizerSettings(settings), network.parameters);
  const step = async (state: TrainState): Promise<TrainState> => {
    const context = { learningRate: 0.01, step: state.progress.step + 1, random: optimizerRandomness(7) };
    const outcome = await trainStep(engine, network, optimizer, state.tensors, batch, context);
    if (!outcome.finite) throw new Error('not finite');
    return { tensors: outcome.tensors, progress: { ...state.progress, step: context.step } };
  };
  let state = initialState(engine, network, optimizer, 7);
  for (let done = 0; done < steps; done++) state = await step(state);
  const restore = (snapshot: Snapshot): TrainState => restoreSnapshot(engine, network, optimizer, snapshot);
  const snapshot = (of = state): Promise<Snapshot> => takeSnapshot(engine, network, of, 7);
  return { state, step, restore, snapshot };
}

function dispose(...states: readonly TrainState[]): void {
  for (const { tensors } of states) for (const tensor of listTensors(tensors)) tensor.dispose();
}

/** Counts the steps in every element of a state of several shapes, one of them that of the flat parameters. */
const wide: GradientTransform = {
  init: ({ parameters }) =>
    new Map([
      ['count', tf.scalar(0)],
      ['moments', tf.zeros([2, 3])],
      ['all', tf.zeros([parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)])],
    ]),
  update: (tensors, state) => ({
    tensors,
    state: new Map([...state].map(([name, tensor]) => [name, tf.add(tensor, 1)])),
  }),
};

/** As it comes back from its files. */
function throughFiles(snapshot: Snapshot): Snapshot {
  const [weights, optimizer] = [snapshot.weights, snapshot.optimizer].map((tensors) =>
    readSafetensors(Buffer.from(writeSafetensors(tensors)), 'file'),
  );
  return { ...snapshot, weights: weights ?? new Map(), optimizer: optimizer ?? new Map() };
}

onEachBackend((engine, backend) => {
  it.each<Partial<OptimizerSettings>>([
    { gradient: 'none', base: 'adamw' },
    { gradient: 'gan', base: 'adam' },
    { gradient: 'zscore', base: 'sgd' },
    { gradient: 'gan', base: 'sgd', momentum: 0 },
  ])('a state with %o goes on from its snapshot with the same bits', async (settings) => {
    const before = engine().liveTensors();
    const { state, step, restore, snapshot } = await trained(engine(), settings, 2);
    const restored = restore(throughFiles(await snapshot()));
    const [gone, resumed] = [await step(state), await step(restored)];
    expect(await snapshot(resumed)).toEqual(await snapshot(gone));
    dispose(gone, resumed);
    expect(engine().liveTensors()).toBe(before);
  });

  it('a snapshot names each tensor, with its own shape', async () => {
    const { state, snapshot } = await trained(engine(), { gradient: 'gan' }, 1);
    const taken = await snapshot();
    dispose(state);
    const shapes = (tensors: Snapshot['weights']) =>
      Object.fromEntries([...tensors].map(([name, { shape, data }]) => [name, [...shape, data.length]]));
    expect(shapes(taken.weights)).toMatchObject({
      'features.conv1.kernel': [3, 3, 3, 2, 54],
      'features.conv2.kernel': [3, 3, 2, 3, 54],
      'head.kernel': [3, 3, 9],
      'head.bias': [3, 3],
    });
    const moments = ['base.firstMoment', 'base.secondMoment'].flatMap((moment) =>
      parametersOf(taken).map((parameter) => `${moment}/${parameter}`),
    );
    expect([...taken.optimizer.keys()]).toEqual(['transform.exponent', ...moments]);
    expect(shapes(taken.optimizer)).toMatchObject({ 'transform.exponent': [1] });
    expect(taken).toMatchObject({ seed: 7, backend, progress: { step: 1 } });
  });

  it('keeps the state of a transform as it is, whatever its shape', async () => {
    const { state, step, restore, snapshot } = await trained(engine(), {}, 2, wide);
    const restored = restore(throughFiles(await snapshot()));
    const [gone, resumed] = [await step(state), await step(restored)];
    const [after, again] = [await snapshot(gone), await snapshot(resumed)];
    dispose(gone, resumed);
    expect(again).toEqual(after);
    const kept = [...after.optimizer].filter(([name]) => name.startsWith('transform.'));
    expect(kept.map(([name, { shape, data }]) => [name, shape, data[0]])).toEqual([
      ['transform.count', [], 3],
      ['transform.moments', [2, 3], 3],
      ['transform.all', [135], 3],
    ]);
  });

  describe('a snapshot of something else', () => {
    it.each<[string, (snapshot: Snapshot) => Snapshot, string]>([
      [
        'lacks a weight',
        (s) => ({ ...s, weights: without(s.weights, 'head.bias') }),
        'head.bias should have shape [3], found none',
      ],
      [
        'has a weight of another shape',
        (s) => ({
          ...s,
          weights: new Map(s.weights).set('head.bias', { shape: [4], data: new Float32Array(4) }),
        }),
        'head.bias should have shape [3], found [4]',
      ],
      [
        'is of another optimizer',
        (s) => ({ ...s, optimizer: new Map() }),
        'Resume with the configuration that the run was started with.',
      ],
    ])('that %s is refused, and nothing stays on the device', async (_, change, message) => {
      const { state, restore, snapshot } = await trained(engine(), { gradient: 'gan' }, 0);
      const changed = change(await snapshot());
      const before = engine().liveTensors();
      expect(() => restore(changed)).toThrow(message);
      expect(() => restore(changed)).toThrow('The checkpoint does not fit this model and optimizer');
      expect(engine().liveTensors()).toBe(before);
      dispose(state);
    });
  });

  it('the untrained state depends on the seed alone', async () => {
    const [once, again] = [await trained(engine(), {}, 0), await trained(engine(), {}, 0)];
    expect(await once.snapshot()).toEqual(await again.snapshot());
    dispose(once.state, again.state);
  });
});

/** The weights that are trained. */
function parametersOf({ weights }: Snapshot): string[] {
  return [...weights.keys()].filter((name) => !/\.(mean|variance)$/.test(name));
}

function without<T>(map: ReadonlyMap<string, T>, name: string): Map<string, T> {
  return new Map([...map].filter(([key]) => key !== name));
}
