import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Trial } from '../../src/conformance/trial.js';
import { defineModel } from '../../src/models/definition.js';
import { constant, normal } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import { dense, globalAveragePool } from '../../src/nn/layers.js';
import type { Methods } from '../../src/train/methods.js';
import { Network } from '../../src/train/network.js';
import { optimizerSteps } from '../optim/steps.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { eventsOf, interruptedAfter, latest, ofType, randomDatasetFor, run } from '../support/runs.js';
import { foreignMethods } from './methods.js';

/** A kernel [2, classes] and a bias [classes]. */
const two = defineModel({
  options: z.strictObject({}),
  create: (_, { image: { channels }, classes }) =>
    sequential(
      globalAveragePool,
      dense('head', { inputs: channels, outputs: classes, kernel: normal(0.1), bias: constant(0) }),
    ),
});

const taskOf = (classes: number) => ({ image: { height: 2, width: 2, channels: 2 }, classes });

function methodsWith(optimizer: object): Methods {
  const model = { model: 'mine/two', optimizer: { base: 'sgd', momentum: 0, weightDecay: 0, ...optimizer } };
  return foreignMethods({ models: { two } }, model);
}

onEachBackend((engine) => {
  /** What a transform makes of a gradient of kernel and bias, flat, in its first step. */
  async function updateOf(classes: number, optimizer: object, gradient: number[]): Promise<Float32Array> {
    const methods = methodsWith(optimizer);
    const { parameters } = new Network(engine(), methods.model(taskOf(classes)));
    const [step] = await optimizerSteps(
      ...([engine(), methods.optimizer(engine(), parameters), parameters] as const),
      { start: gradient.map(() => 0), gradient: () => gradient, learningRate: () => 1, steps: 1 },
    );
    return step?.update ?? new Float32Array();
  }

  describe('a kernel of two axes and a bias', () => {
    // Kernel: mean 3, centred −3, −1, 1, 3, squares 20. Bias: mean −1, centred 6, −6, squares 72.
    const gradient = [0, 2, 4, 6, 5, -7];

    it.each([
      // The std of the kernel is √5; the bias passes.
      ['zscore', 'matrices', [-1.341641, -0.447214, 0.447214, 1.341641, 5, -7]],
      // The std of the bias is 6.
      ['zscore', 'all', [-1.341641, -0.447214, 0.447214, 1.341641, 1, -1]],
      // σ = √(20 / 4) = 2.236068, s = 0.690983, ln s = −0.369640, p = 0.730119, α = 0.763470
      ['gan', 'matrices', [-2.290411, -0.76347, 0.76347, 2.290411, 5, -7]],
      // σ = √(92 / 6) = 3.915780, s = 0.796573, ln s = −0.227436, p = 0.814706, α = 0.830860
      ['gan', 'all', [-2.492581, -0.83086, 0.83086, 2.492581, 4.985162, -4.985162]],
      // Columns 0, 4 and 2, 6 with means 2 and 4; a vector has no axis to take a mean over.
      ['centralize', 'matrices', [-2, -2, 2, 2, 5, -7]],
      ['centralize', 'all', [-2, -2, 2, 2, 5, -7]],
    ])('%s with eligible: %s', async (transform, eligible, update) => {
      expectClose(await updateOf(2, { gradient: transform, eligible }, gradient), update);
    });

    it('are scaled by clip either way: √(56 + 74) = 11.401754', async () => {
      for (const eligible of ['matrices', 'all'])
        expectClose(
          await updateOf(2, { gradient: 'clip', eligible }, gradient),
          gradient.map((value) => value / 11.401754),
        );
    });
  });

  it('a tensor of one element becomes 0', async () => {
    expectClose(await updateOf(1, { gradient: 'zscore', eligible: 'all' }, [1, 3, 5]), [-1, 1, 0]);
    // Centred −1, 1, 0: σ = √(2 / 3) = 0.816497, s = 0.449490, ln s = −0.799642, p = 0.555666, α = 0.641251
    const update = await updateOf(1, { gradient: 'gan', eligible: 'all' }, [1, 3, 5]);
    expectClose(update, [-0.641251, 0.641251, 0]);
    expect(update[2]).toBe(0);
  });

  it('a run with all tensors eligible goes on as if it had not stopped', async () => {
    const methods = methodsWith({ gradient: 'gan', base: 'adamw', eligible: 'all' });
    const options = { methods, dataset: randomDatasetFor(taskOf(5)) };
    const whole = await eventsOf(run(engine(), options));
    const [{ layers } = {}] = ofType(whole, 'epoch').slice(-1);
    const { weights } = await latest();
    await interruptedAfter(engine(), 4, options);
    const rest = await eventsOf(run(engine(), { ...options, resume: await latest() }));
    expect((await latest()).weights).toEqual(weights);
    expect(ofType(rest, 'epoch').at(-1)?.layers).toEqual(layers);
  });

  it('all tensors have statistics, and a global one over all of them', async () => {
    const layersOf = async (eligible: string) => {
      const trial = new Trial(engine(), methodsWith({ gradient: 'gan', eligible }), taskOf(5));
      const { layers } = await trial.step();
      trial.dispose();
      return layers.map(({ layer, elements }) => [layer, elements]);
    };
    expect(await layersOf('matrices')).toEqual([
      ['head.kernel', 10],
      ['global', 10],
    ]);
    expect(await layersOf('all')).toEqual([
      ['head.kernel', 10],
      ['head.bias', 5],
      ['global', 15],
    ]);
  });
});
