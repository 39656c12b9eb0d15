import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { vggFromWidths } from '../../src/models/vgg.js';
import { createOptimizer } from '../../src/optim/registry.js';
import type { OptimizerSettings } from '../../src/optim/registry.js';
import type { GradientTransform } from '../../src/optim/transform.js';
import type { Engine } from '../../src/tensor/engine.js';
import type { TrainingBatch } from '../../src/train/batch.js';
import { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { listTensors, trainStep } from '../../src/train/step.js';
import type { StepReport } from '../../src/train/step.js';
import { chained, sgd } from '../optim/parts.js';
import type { DescribedTransform } from '../optim/parts.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { BASES, GRADIENTS, optimizerSettings, randomBatch, startingTensors } from '../support/training.js';
import { cifarTask } from '../support/tasks.js';

const CLASSES = 3;
const WIDTHS = [2, 'pool', 3] as const;
const batch = randomBatch([0, 1], CLASSES);
const GAN = optimizerSettings().gan;

onEachBackend((engine) => {
  describe('the number of live tensors is constant from step 2 on', () => {
    const combinations = GRADIENTS.flatMap((gradient) => BASES.map((base) => ({ gradient, base })));
    it.each(combinations)('$gradient × $base', async (settings) => {
      const trainer = start(engine(), settings);
      const counts: number[] = [];
      for (let step = 1; step <= 4; step++) {
        await trainer.step();
        counts.push(engine().liveTensors());
      }
      trainer.dispose();
      expect(counts.slice(1)).toEqual(Array(3).fill(counts[0]));
    });

    it.each([
      { nesterov: true },
      { momentum: 0 },
      { gan: { ...GAN, autoscale: false } },
      { gan: { ...GAN, center: false } },
    ])('with %o', async (changes) => {
      const trainer = start(engine(), { gradient: 'gan', base: 'sgd', ...changes });
      const counts: number[] = [];
      for (let step = 1; step <= 3; step++) {
        await trainer.step();
        counts.push(engine().liveTensors());
      }
      trainer.dispose();
      expect(counts.slice(1)).toEqual(Array(2).fill(counts[0]));
    });
  });

  it('leaves nothing alive but the new state, and disposes of the old one', async () => {
    const before = engine().liveTensors();
    const trainer = start(engine());
    const old = trainer.tensors();
    await trainer.step();
    expect(old.map(({ isDisposed }) => isDisposed)).not.toContain(false);
    expect(engine().liveTensors()).toBe(before + trainer.tensors().length);
    trainer.dispose();
    expect(engine().liveTensors()).toBe(before);
  });

  describe('the report', () => {
    it('has the mean loss and the share of right answers', async () => {
      // A head of zeros gives equal logits: ln 3 for every image, and the first class is the answer.
      const trainer = start(engine(), {}, ['head.kernel', 'head.bias']);
      const { loss, accuracy } = await trainer.step();
      trainer.dispose();
      expectClose([loss, accuracy], [Math.log(3), 0.5]);
    });

    it('counts each label of mixed images by its share', async () => {
      const trainer = start(engine(), {}, ['head.kernel', 'head.bias']);
      // The answer 0 is right for the first label of one image and for the second label of both.
      const mixture = { labels: Int32Array.of(0, 0), share: 0.7 };
      const { accuracy } = await trainer.step({ ...batch, mixture });
      trainer.dispose();
      expectClose([accuracy], [0.7 * 0.5 + 0.3]);
    });

    it('has the statistics of every eligible tensor and of all together', async () => {
      const trainer = start(engine());
      const { layers, reports } = await trainer.step();
      trainer.dispose();
      expect(layers.map(({ layer, elements }) => [layer, elements])).toEqual([
        ['features.conv1.kernel', 54],
        ['features.conv2.kernel', 54],
        ['head.kernel', 9],
        ['global', 117],
      ]);
      for (const { gradMean, gradStd, updateMean, updateStd } of layers) {
        expect([updateMean, updateStd]).toEqual([gradMean, gradStd]);
        expect(gradStd).toBeGreaterThan(0);
      }
      expect(reports).toEqual({});
    });

    it('under zscore has updates of mean 0 and deviation 1, but for ε', async () => {
      const trainer = start(engine(), { gradient: 'zscore' });
      const { layers } = await trainer.step();
      trainer.dispose();
      for (const { gradStd, updateMean, updateStd } of layers.slice(0, -1)) {
        expectClose([updateMean, updateStd], [0, gradStd / (gradStd + 1e-8)], { absolute: 1e-5 });
      }
    });

    it('under gan has α, and the global deviation of the update is α times that of the centred gradient', async () => {
      const trainer = start(engine(), { gradient: 'gan' });
      const first = await trainer.step();
      const second = await trainer.step();
      trainer.dispose();
      const { autoscale_alpha: alpha = NaN, autoscale_exponent: exponent = NaN } = first.reports;
      const tensors = first.layers.slice(0, -1);
      const elements = tensors.reduce((sum, layer) => sum + layer.elements, 0);
      const centred = Math.sqrt(
        tensors.reduce((sum, layer) => sum + layer.elements * layer.gradStd ** 2, 0) / elements,
      );
      expectClose([first.reports['autoscale_sigma'] ?? NaN], [centred], { relative: 1e-5 });
      const squashed = centred / (1 + centred);
      expectClose([exponent], [1 / (1 - Math.log(squashed))], { relative: 1e-5 });
      expectClose([alpha], [squashed ** exponent], { relative: 1e-5 });
      const global = first.layers.at(-1);
      expectClose([global?.updateMean ?? NaN, global?.updateStd ?? NaN], [0, alpha * centred], {
        relative: 1e-5,
      });
      expect(second.reports['autoscale_exponent']).toBe(exponent);
    });
  });

  it('lowers the loss on the batch it is given', async () => {
    const trainer = start(engine());
    const { loss: before } = await trainer.step();
    for (let step = 2; step <= 8; step++) await trainer.step();
    const { loss: after } = await trainer.step();
    trainer.dispose();
    expect(after).toBeLessThan(before);
  });

  it('gives the same bits when it is repeated', async () => {
    const run = async () => {
      const trainer = start(engine(), { gradient: 'gan' });
      const reports = [await trainer.step(), await trainer.step()];
      const state = await Promise.all(trainer.tensors().map((tensor) => engine().read(tensor)));
      trainer.dispose();
      return { reports, state };
    };
    expect(await run()).toEqual(await run());
  });

  describe('what is not finite', () => {
    it.each(GRADIENTS)(
      'in the images is reported with the layer it reached first, under %s',
      async (gradient) => {
        const before = engine().liveTensors();
        const images = batch.images.slice();
        images[5] = NaN;
        const outcome = await start(engine(), { gradient }).outcome({ ...batch, images });
        expect(outcome).toMatchObject({ finite: false, layer: 'features.conv1.kernel' });
        expect(engine().liveTensors()).toBe(before);
      },
    );

    it.each([NaN, Infinity])('in the targets (%d) is reported', async (value) => {
      const targets = batch.targets.slice();
      targets[0] = value;
      const outcome = await start(engine()).outcome({ ...batch, targets });
      expect(outcome).toMatchObject({ finite: false, layer: 'features.conv1.kernel' });
    });

    it('among what the transform reports is named', async () => {
      const declared = { unit: '', meaning: 'A number.', ofEpoch: 'mean' } as const;
      const reports = [
        { ...declared, name: 'sound' },
        { ...declared, name: 'broken' },
      ];
      const transform: GradientTransform = {
        init: () => new Map(),
        update: (tensors, state) => ({
          ...{ tensors, state },
          reports: new Map(reports.map(({ name }) => [name, tf.scalar(name === 'broken' ? Infinity : 1)])),
        }),
      };
      const before = engine().liveTensors();
      const outcome = await start(engine(), {}, [], { method: transform, reports }).outcome(batch);
      expect(outcome).toMatchObject({ finite: false, layer: undefined, report: 'broken' });
      expect(engine().liveTensors()).toBe(before);
    });

    it('in the statistics of a finite gradient is reported', async () => {
      const targets = batch.targets.map((target) => 1e25 * target);
      const outcome = await start(engine()).outcome({ ...batch, targets });
      expect(outcome).toMatchObject({ finite: false, layer: 'features.conv1.kernel' });
      expect(outcome).toHaveProperty('loss', expect.toSatisfy(Number.isFinite));
    });
  });
});

/** Training of a tiny VGG, always on the same batch; the named parameters start at zero. */
function start(
  engine: Engine,
  changes: Partial<OptimizerSettings> = {},
  zeroed: readonly string[] = [],
  transform?: DescribedTransform,
) {
  const network = new Network(engine, vggFromWidths(WIDTHS, cifarTask(CLASSES)));
  const settings = optimizerSettings(changes);
  const optimizer = transform
    ? chained(engine, transform, sgd(engine), network.parameters)
    : createOptimizer(engine, settings, network.parameters);
  const values = network.initialValues(1);
  for (const name of zeroed) network.parameters.views(values.parameters).get(name)?.fill(0);
  let tensors = startingTensors(engine, network, optimizer, values);
  let done = 0;
  const outcome = (given: TrainingBatch) =>
    trainStep(engine, network, optimizer, tensors, given, {
      ...{ learningRate: 0.01, step: ++done },
      random: optimizerRandomness(1),
    });
  return {
    outcome,
    step: async (given = batch): Promise<StepReport> => {
      const result = await outcome(given);
      if (!result.finite) throw new Error(`not finite: ${result.layer ?? 'the loss'}`);
      tensors = result.tensors;
      return result.report;
    },
    tensors: () => listTensors(tensors),
    dispose: () => {
      for (const tensor of listTensors(tensors)) tensor.dispose();
    },
  };
}
