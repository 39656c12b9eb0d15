import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { testPlugin } from '../../src/conformance/suite.js';
import { schedules } from '../../src/optim/schedule.js';
import { loadPlugin } from '../../src/plugin/load.js';
import { loadSweep } from '../../src/sweep/load.js';
import { loadConfig } from '../../src/config/index.js';
import { providePlugin } from '../../src/plugin/open.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { baseOf, chained, sgd, transformOf } from '../optim/parts.js';
import { baseSteps, DESCENT, LAYOUT, optimizerSteps, transformSteps, values } from '../optim/steps.js';

const folder = 'examples/plugins';
const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));

async function exampleOf(file: string) {
  const { plugin } = await loadPlugin({ from: `./${file}`, folder });
  return plugin;
}

async function transform(file: string, name: string) {
  const definition = (await exampleOf(file)).transforms[name];
  if (definition === undefined) throw new Error(`${file} has no ${name}`);
  return definition;
}

onEachBackend(
  (engine) => {
    it.each(files)(
      '%s passes the conformance suite',
      async (file) => {
        const before = engine().liveTensors();
        const plugin = await exampleOf(file);
        const reports = await testPlugin(engine(), { plugin, file: path.resolve(folder, file) });
        expect(reports).not.toEqual([]);
        expect(
          reports.flatMap(({ checks }) => checks).filter(({ problem }) => problem !== undefined),
        ).toEqual([]);
        expect(engine().liveTensors()).toBe(before);
      },
      60_000,
    );
  },
  ['tensorflow', 'wasm'],
);

onEachBackend(
  (engine) => {
    describe('what the examples compute', () => {
      it('sign: of the kernels the sign, times a factor; the others as they are', async () => {
        const sign = transformOf(engine(), await transform('sign.ts', 'sign'), { scale: 0.5 });
        const optimizer = chained(engine(), sign, sgd(engine(), { momentum: 0 }), LAYOUT);
        const [step] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 1 });
        // The kernel's 1 and 3 become 0.5 each, the bias keeps 5 and −7.
        expectClose(step?.update ?? [], [0.5, 0.5, 5, -7]);
      });

      it('running-std: divides each layer by its average so far', async () => {
        const std = transformOf(engine(), await transform('running-std.ts', 'std'), {
          decay: 0.5,
          epsilon: 1e-8,
        });
        // std 1, then 3: a = 0.5, then 0.25 + 1.5 = 1.75; over 1 − 0.5 and 1 − 0.25 they are 1 and 2.3333333. The helper
        // tells every step that it is the first, so that the second divides by 1.75 / 0.5 = 3.5.
        const steps = await transformSteps(engine(), std, [
          { a: values([1, 2], 1, 3) },
          { a: values([1, 2], 0, 6) },
        ]);
        expectClose(steps[0]?.updates['a'] ?? [], [1, 3]);
        expectClose(steps[1]?.updates['a'] ?? [], [0, 6 / 3.5]);
        expectClose(steps[1]?.state['average'] ?? [], [1.75]);
        expect(steps[0]?.reports['running_std']).toBeCloseTo(1, 6);
      });

      it('running-std: corrects the average by the step, as Adam does', async () => {
        const std = transformOf(engine(), await transform('running-std.ts', 'std'), {
          decay: 0.5,
          epsilon: 1e-8,
        });
        const optimizer = chained(engine(), std, sgd(engine(), { momentum: 0 }), LAYOUT);
        const [, second] = await optimizerSteps(engine(), optimizer, LAYOUT, {
          ...DESCENT,
          gradient: (_, step) => (step === 1 ? [1, 3, 0, 0] : [0, 6, 0, 0]),
          steps: 2,
        });
        expectClose(second?.update ?? [], [0, 6 / (1.75 / 0.75), 0, 0]);
      });

      it('gan-multiplier: centres each kernel, and multiplies all by tanh σ', async () => {
        const tanh = transformOf(engine(), await transform('gan-multiplier.ts', 'tanh'));
        const optimizer = chained(engine(), tanh, sgd(engine(), { momentum: 0 }), LAYOUT);
        const [step] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 1 });
        // Mean 2, centred ∓1, σ = 1, tanh 1 = 0.7615942.
        expectClose(step?.update ?? [], [-0.7615942, 0.7615942, 5, -7]);
        expect(step?.reports['autoscale_alpha']).toBeCloseTo(0.7615942, 6);
        expect(step?.reports['autoscale_sigma']).toBeCloseTo(1, 6);
      });

      it('lion: goes by the sign of a blend, with decoupled decay', async () => {
        const definition = (await exampleOf('lion.ts')).optimizers['lion'];
        if (definition === undefined) throw new Error('lion.ts has no lion');
        const lion = baseOf(engine(), definition, { weightDecay: 0.1 });
        // m = 0: c = 0.1·g > 0, θ = 1·(1 − 0.1·0.1) − 0.1 = 0.89, m = 0.01·0.5 = 0.005.
        // g = −0.04: c = 0.9·0.005 − 0.1·0.04 = 0.0005 > 0, θ = 0.89·0.99 − 0.1 = 0.7811, m = 0.00495 − 0.0004 = 0.00455.
        // g = −1: c = 0.004095 − 0.1 < 0, θ = 0.7811·0.99 + 0.1 = 0.873289.
        const steps = await baseSteps(engine(), lion, [1], [[0.5], [-0.04], [-1]], 0.1);
        expectClose(
          steps.map((step) => step[0] ?? NaN),
          [0.89, 0.7811, 0.873289],
        );
      });

      it('polynomial: falls to nothing', async () => {
        const definition = (await exampleOf('polynomial.ts')).schedules['decay'];
        const decay =
          definition?.create(definition.options.parse({ power: 2 })) ?? schedules.constant.create({});
        expectClose(
          [0, 5, 10].map((epoch) => decay({ learningRate: 4, epoch, epochs: 10 })),
          [4, 1, 0],
        );
      });
    });
  },
  ['cpu'],
);

describe('the files beside them', () => {
  it('are a study of all transforms and optimizers, and a run of the model with the schedule', async () => {
    const { members } = await loadSweep(`${folder}/study.yaml`, {}, providePlugin);
    expect(new Set(members.map(({ name }) => name))).toEqual(
      new Set(['adamw', 'gan', 'sgd-mine-sign', 'running-std', 'gan-multiplier-tanh', 'lion-lr1e-4']),
    );
    const [adamw] = members;
    expect(adamw?.config.plugins).toBeUndefined();
    const config = await loadConfig(`${folder}/model.yaml`, {}, providePlugin);
    expect(config).toMatchObject({
      model: 'small/two-layer-cnn',
      modelOptions: { channels: 8 },
      schedule: { decay: { 'polynomial/decay': { power: 1 } } },
    });
    expect(config.plugins?.map(({ name }) => name)).toEqual(['polynomial', 'small']);
  });
});
