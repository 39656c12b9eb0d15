import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SMALL_TASK } from '../../src/conformance/gradients.js';
import { Trial } from '../../src/conformance/trial.js';
import { UserError } from '../../src/errors.js';
import { defineModel } from '../../src/models/definition.js';
import { constant } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import { dense, globalAveragePool } from '../../src/nn/layers.js';
import { defineOptimizer } from '../../src/optim/base.js';
import { NO_OPTIONS } from '../../src/optim/definition.js';
import { defineSchedule } from '../../src/optim/schedule.js';
import { defineTransform, perTensor } from '../../src/optim/transform.js';
import type { GradientTransform } from '../../src/optim/transform.js';
import { onEachBackend } from '../support/backends.js';
import { failureOf, foreignMethods } from './methods.js';

const NONE = new Map();
const REPORTS = [{ name: 'told', unit: '', meaning: 'A number.', ofEpoch: 'mean' }] as const;

function withTransform(transform: GradientTransform) {
  const bad = defineTransform({ options: NO_OPTIONS, reports: REPORTS, create: () => transform });
  return foreignMethods({ transforms: { bad } }, { optimizer: { gradient: 'mine/bad' } });
}

const updating = (update: GradientTransform['update']) => withTransform({ init: () => NONE, update });

onEachBackend(
  (engine) => {
    describe('a transform that goes wrong is told by name and file', () => {
      it.each<[what: string, methods: () => ReturnType<typeof withTransform>, message: string]>([
        [
          'it throws',
          () =>
            updating(() => {
              throw new Error('no idea');
            }),
          'update: no idea',
        ],
        [
          'it throws at the start',
          () =>
            withTransform({
              init: () => {
                throw new Error('not today');
              },
              update: (tensors, state) => ({ tensors, state }),
            }),
          'init: not today',
        ],
        [
          'a gradient is missing',
          () => updating((_, state) => ({ tensors: NONE, state })),
          'conv1.kernel is missing',
        ],
        [
          'a shape is another',
          () =>
            updating((gradients, state) => ({
              tensors: new Map([...gradients].map(([name]) => [name, tf.zeros([3])])),
              state,
            })),
          'update: tensors: features.conv1.kernel: found the shape [3]; allowed: [3, 3, 3, 4]',
        ],
        [
          'a type is another',
          () =>
            updating((gradients, state) => ({
              tensors: new Map([...gradients].map(([name, { shape }]) => [name, tf.zeros(shape, 'int32')])),
              state,
            })),
          'features.conv1.kernel: found int32; allowed: float32',
        ],
        [
          'state appears that was not there',
          () => updating((tensors) => ({ tensors, state: new Map([['new', tf.scalar(1)]]) })),
          'update: state: found new; allowed: no tensor',
        ],
        [
          'it reports what it does not declare',
          () =>
            updating((tensors, state) => ({ tensors, state, reports: new Map([['other', tf.scalar(1)]]) })),
          'update: reports: found other, which is not among the reports of its definition',
        ],
        [
          'it reports more than a number',
          () =>
            updating((tensors, state) => ({ tensors, state, reports: new Map([['told', tf.zeros([2])]]) })),
          'update: reports: told: found the shape [2]; allowed: []',
        ],
        [
          'its factors are too few',
          () =>
            updating((tensors, state) => {
              const scaling = { shifts: tf.zeros([1]), factors: tf.zeros([1]), others: tf.scalar(1) };
              return { tensors, state, scaling };
            }),
          'update: scaling: shifts: found the shape [1]; allowed: [3]',
        ],
        [
          'it disposes of what it is given',
          () =>
            updating((tensors, state) => {
              for (const tensor of tensors.values()) tensor.dispose();
              return { tensors, state };
            }),
          'update: it has disposed of a tensor that it was given',
        ],
        [
          'it asks for random numbers that no seed repeats',
          () =>
            updating((tensors, state) => ({
              tensors,
              state: new Map([...state, [String(Math.random()), tf.scalar(1)]]),
            })),
          'update: it uses Math.random',
        ],
        [
          'an operation does so',
          () =>
            updating((tensors, state) => ({
              tensors: new Map([...tensors].map(([name, { shape }]) => [name, tf.randomNormal(shape)])),
              state,
            })),
          'update: it uses Math.random',
        ],
      ])('%s', async (_, methods, message) => {
        const before = engine().liveTensors();
        const error = await failureOf(engine(), methods());
        expect(error).toBeInstanceOf(UserError);
        expect(error).toMatchObject({ code: 'plugin' });
        expect(String(error)).toContain('the transform bad of the plug-in mine (/home/me/mine.ts): ');
        expect(String(error)).toContain(message);
        expect(engine().liveTensors()).toBe(before);
        expect(Math.random()).toBeLessThan(1);
      });
    });

    it('a base optimizer too', async () => {
      const bad = defineOptimizer({
        options: NO_OPTIONS,
        reports: [],
        create: () => ({
          init: () => NONE,
          update: (gradient, state) => ({ parameters: tf.sum(gradient), state }),
        }),
      });
      const methods = foreignMethods({ optimizers: { bad } }, { optimizer: { base: 'mine/bad' } });
      expect(String(await failureOf(engine(), methods))).toContain(
        'the optimizer bad of the plug-in mine (/home/me/mine.ts): update: parameters: found the shape []; allowed: [',
      );
    });

    it.each<[what: string, sizes: { readonly outputs?: number; readonly start?: number }, message: string]>([
      ['too many classes', { outputs: 7 }, 'forward: found the shape [4, 7]; allowed: [4, 5]'],
      [
        'starting values that are not finite',
        { start: NaN },
        'head.kernel: initialize: found a value that is not finite',
      ],
    ])('a model with %s', async (_, { outputs = 5, start = 0 }, message) => {
      const bad = defineModel({
        options: NO_OPTIONS,
        create: (_options, { image }) =>
          sequential(
            globalAveragePool,
            dense('head', { inputs: image.channels, outputs, kernel: constant(start), bias: constant(0) }),
          ),
      });
      const methods = foreignMethods({ models: { bad } }, { model: 'mine/bad' });
      const train = async (): Promise<void> => {
        await new Trial(engine(), methods, SMALL_TASK).step();
      };
      const error = await train().catch((reason: unknown) => reason);
      expect(String(error)).toContain('the model bad of the plug-in mine (/home/me/mine.ts): ');
      expect(String(error)).toContain(message);
    });
  },
  ['cpu'],
);

describe('methods of a plug-in', () => {
  it('get random numbers of the seed, the step and the place alone', () => {
    const seen: number[][] = [];
    const shake = defineTransform({
      options: NO_OPTIONS,
      reports: [],
      create: () => ({
        init: () => NONE,
        update(tensors, state, { random, step }) {
          seen.push([step, random('a')(), random('b')()]);
          return { tensors, state };
        },
      }),
    });
    expect(
      foreignMethods({ transforms: { shake } }, { optimizer: { gradient: 'mine/shake' } }).foreign,
    ).toEqual(['the transform shake of the plug-in mine (/home/me/mine.ts)']);
    expect(seen).toEqual([]);
  });

  it('read their options, with defaults', () => {
    const options = z.strictObject({ half: z.number().default(0.5).describe('A share.') });
    const decay = defineSchedule({
      options,
      create:
        ({ half }) =>
        ({ learningRate, epoch }) =>
          learningRate * half ** epoch,
    });
    const rates = (keys: unknown) => {
      const schedule = { warmupEpochs: 1, decay: keys };
      const { learningRate } = foreignMethods({ schedules: { decay } }, { schedule, epochs: 4 });
      return [0, 1, 2, 3].map(learningRate);
    };
    expect(rates('mine/decay')).toEqual([1e-3, 1e-3, 5e-4, 2.5e-4]);
    expect(rates({ 'mine/decay': { half: 0.1 } })).toEqual([1e-3, 1e-3, 1e-4, 1e-3 * 0.1 ** 2]);
  });

  it.each([NaN, -1])('may not set the learning rate to %s', (rate) => {
    const decay = defineSchedule({ options: NO_OPTIONS, create: () => () => rate });
    const { learningRate } = foreignMethods(
      { schedules: { decay } },
      { schedule: { warmupEpochs: 0, decay: 'mine/decay' } },
    );
    expect(() => learningRate(3)).toThrow(
      `the schedule decay of the plug-in mine (/home/me/mine.ts): the learning rate: found ${rate} 3 epochs after the warm-up; allowed: a number from 0 on`,
    );
  });

  it('that there are not are refused', () => {
    const scale = defineTransform({
      options: NO_OPTIONS,
      reports: [],
      create: () => perTensor((gradient) => gradient),
    });
    const optimizer = { gradient: 'mine/other' };
    expect(() => foreignMethods({ transforms: { scale } }, { optimizer })).toThrow(
      'there is no transform mine/other',
    );
  });
});
