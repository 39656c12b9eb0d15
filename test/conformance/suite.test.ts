import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { agreement } from '../../src/conformance/agreement.js';
import { testPlugin } from '../../src/conformance/suite.js';
import { defineModel } from '../../src/models/definition.js';
import { vggFromWidths } from '../../src/models/vgg.js';
import { NO_OPTIONS } from '../../src/optim/definition.js';
import { defineSchedule } from '../../src/optim/schedule.js';
import { defineTransform, perTensor, stateTensor } from '../../src/optim/transform.js';
import type { GradientTransform } from '../../src/optim/transform.js';
import { builtIn } from '../../src/plugin/built-in.js';
import { definePlugin } from '../../src/plugin/plugin.js';
import type { PluginParts } from '../../src/plugin/plugin.js';
import type { Engine } from '../../src/tensor/engine.js';
import { onEachBackend } from '../support/backends.js';
import { FILE, META } from '../plugin/methods.js';

/** The checks that a plug-in's only method does not pass, with what is wrong. */
async function failures(engine: Engine, parts: Omit<PluginParts, 'meta'>): Promise<Record<string, string>> {
  const [report] = await testPlugin(engine, { plugin: definePlugin({ meta: META, ...parts }), file: FILE });
  const failed = (report?.checks ?? []).flatMap(({ check, problem }) =>
    problem === undefined ? [] : [[check, problem] as const],
  );
  return Object.fromEntries(failed);
}

const transforming = (transform: GradientTransform) => ({
  transforms: { bad: defineTransform({ options: NO_OPTIONS, reports: [], create: () => transform }) },
});

onEachBackend(
  (engine) => {
    describe('the conformance suite', () => {
      it('passes the built-in methods, which have the same form', async () => {
        // The networks have tests of their own; one of them will do.
        const { resnet20 } = builtIn.models;
        const plugin = definePlugin({ ...builtIn, models: resnet20 === undefined ? {} : { resnet20 } });
        const before = engine().liveTensors();
        const reports = await testPlugin(engine(), { plugin, file: FILE });
        expect(reports.map(({ name }) => name)).toEqual([
          ...['resnet20', 'none', 'zscore', 'centralize', 'clip', 'gan'],
          ...['adamw', 'adam', 'sgd', 'constant', 'step', 'multistep', 'cosine'],
        ]);
        const failed = reports.flatMap(({ name, checks }) =>
          checks
            .filter(({ problem }) => problem !== undefined)
            .map(({ check, problem }) => [name, check, problem]),
        );
        // It has to be told where the milestones are.
        expect(failed.map(([name, check]) => [name, check])).toEqual([
          ['multistep', 'every option has a default'],
        ]);
        expect(engine().liveTensors()).toBe(before);
      }, 60_000);

      it('finds what differs between two runs, and what a resume forgets', async () => {
        let calls = 0;
        const found = await failures(
          engine(),
          transforming(perTensor((gradient) => tf.mul(gradient, 1 + (calls += 1) / 10))),
        );
        expect(Object.keys(found)).toEqual([
          'the same bytes twice',
          'a resumed run ends like one that was not stopped',
        ]);
      });

      it('finds tensors that are left behind', async () => {
        const kept: tf.Tensor[] = [];
        const found = await failures(
          engine(),
          transforming({
            init: () => new Map(),
            update: (tensors, state) => {
              kept.push(tf.keep(tf.scalar(1)));
              return { tensors, state };
            },
          }),
        );
        expect(found).toEqual({ 'no tensor is left behind': '3 more are alive after 3 steps' });
        for (const tensor of kept) tensor.dispose();
      });

      it('finds what is not finite for gradients of zeros', async () => {
        const found = await failures(
          engine(),
          transforming(perTensor((gradient) => tf.div(gradient, tf.sqrt(tf.mean(tf.square(gradient)))))),
        );
        expect(Object.keys(found)).toContain('finite for gradients that are zero');
      });

      it('finds state of another shape, and options without a default', async () => {
        const growing = transforming({
          init: () => new Map([['a', tf.zeros([1])]]),
          update: (tensors, state) => ({
            tensors,
            state: new Map([['a', tf.concat([stateTensor(state, 'a'), [1]])]]),
          }),
        });
        expect((await failures(engine(), growing))['6 training steps, shapes and names']).toContain(
          'update: state: a: found the shape [2]; allowed: [1]',
        );
        const options = z.strictObject({ rate: z.number() });
        const asking = defineTransform({
          options,
          reports: [],
          create: () => perTensor((gradient) => gradient),
        });
        expect(Object.keys(await failures(engine(), { transforms: { asking } }))).toEqual([
          'every option has a default',
        ]);
      });

      it('tests models and schedules too', async () => {
        const wrong = defineModel({
          options: NO_OPTIONS,
          create: (_, task) => vggFromWidths([2], { ...task, classes: 3 }),
        });
        expect(Object.keys(await failures(engine(), { models: { wrong } }))).toHaveLength(4);
        const moody = defineSchedule({
          options: NO_OPTIONS,
          create: () => {
            let asked = 0;
            return () => (asked += 1);
          },
        });
        expect(Object.keys(await failures(engine(), { schedules: { moody } }))).toEqual([
          'the same rates twice, whatever was asked before',
        ]);
      });
    });
  },
  ['wasm'],
);

describe('the agreement of backends', () => {
  const reportOf = (backend: string, ...sample: number[]) => ({
    backend,
    methods: [{ word: 'transform', name: 'a', checks: [], sample }],
  });

  it('is within a thousandth of the largest value', () => {
    const check = 'tensorflow and wasm agree within 0.001';
    const compared = (...sample: number[]) =>
      agreement([reportOf('tensorflow', 10, 1), reportOf('wasm', ...sample)]).get('transform a');
    expect(compared(10, 1)).toEqual({ check });
    expect(compared(10, 1.0099)).toEqual({ check });
    expect(compared(10, 1.5)).toEqual({
      check,
      problem: 'tensorflow and wasm are 0.05 of the largest value apart',
    });
    expect(compared(10, NaN)?.problem).toBeDefined();
    expect(compared(10)?.problem).toBeDefined();
  });

  it('is not looked for where there is one backend, or nothing to compare', () => {
    expect(agreement([reportOf('wasm', 1)]).size).toBe(0);
    expect(agreement([reportOf('wasm'), reportOf('tensorflow')]).size).toBe(0);
  });
});
