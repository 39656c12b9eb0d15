import { beforeAll, describe, expect, it } from 'vitest';

import { createOptimizer } from '../../src/optim/registry.js';
import { learningRateAt, schedules } from '../../src/optim/schedule.js';
import { openEngine } from '../../src/tensor/backend.js';
import type { Engine } from '../../src/tensor/engine.js';
import { parameterLayout } from '../support/layouts.js';
import { BASES, GRADIENTS, optimizerSettings } from '../support/training.js';
import { logisticRegression, quadratic, randomRows, rosenbrock, unitRows, withoutMeans } from './problems.js';
import type { Problem } from './problems.js';
import { optimizerSteps } from './steps.js';

interface Case {
  readonly name: string;
  readonly problem: Problem;
  /** First learning rate of a cosine that ends at 0: an update of fixed length would never come to rest otherwise. */
  readonly learningRates: {
    readonly adam: number;
    /** Where a step is as long as the gradient. */
    readonly sgd: number;
    /** Where the transform bounds its length: zscore and clip. */
    readonly boundedSgd: number;
  };
  readonly steps: number;
  /** What the loss must fall to. */
  readonly loss: number;
}

const LAYOUT = parameterLayout([
  { name: 'kernel', shape: [4, 2] },
  { name: 'bias', shape: [2] },
]);
const START = new Float64Array(LAYOUT.size);
const MINIMUM = [1, -2, 2, 1, -1, 3, -2, -2, 1, -1];

/**
 * The loss of the quadratics does not see the means that centring takes away. Otherwise Adam would not arrive with a
 * centred gradient: it divides each element by its own length, so its steps do move the mean, and nothing moves it back.
 */
const CASES: readonly Case[] = [
  {
    name: 'a parabola',
    problem: quadratic(
      LAYOUT,
      START,
      MINIMUM,
      unitRows(LAYOUT).map((row) => withoutMeans(LAYOUT, row)),
    ),
    learningRates: { adam: 0.3, sgd: 0.1, boundedSgd: 0.1 },
    steps: 300,
    loss: 1e-4, // from 15
  },
  {
    name: 'a random quadratic',
    problem: quadratic(
      LAYOUT,
      START,
      MINIMUM,
      randomRows(LAYOUT, 3).map((row) => withoutMeans(LAYOUT, row)),
    ),
    learningRates: { adam: 0.3, sgd: 0.03, boundedSgd: 0.03 },
    steps: 300,
    loss: 0.05, // from 209
  },
  {
    name: "Rosenbrock's function",
    // The minimum (1, 1) has the mean of the start: a centred gradient leads there too.
    problem: rosenbrock(parameterLayout([{ name: 'kernel', shape: [2, 1] }]), [0, 2]),
    learningRates: { adam: 0.03, sgd: 1e-3, boundedSgd: 1e-2 },
    steps: 300,
    loss: 0.02, // from 401
  },
  {
    name: 'a logistic regression',
    problem: logisticRegression(32, 1),
    learningRates: { adam: 0.3, sgd: 1, boundedSgd: 1 },
    steps: 300,
    loss: 0.04, // from ln 2
  },
];

describe.each(CASES)('on $name', ({ problem, learningRates, steps, loss }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({ backend: 'cpu' });
  });

  it.each(BASES.flatMap((base) => GRADIENTS.map((gradient) => ({ gradient, base }))))(
    `$gradient with $base reaches ${loss} in ${steps} steps`,
    async ({ gradient, base }) => {
      const { layout, start } = problem;
      const optimizer = createOptimizer(
        engine,
        optimizerSettings({ gradient, base, weightDecay: 0 }),
        layout,
      );
      const bounded = gradient === 'zscore' || gradient === 'clip';
      const initial = learningRates[base !== 'sgd' ? 'adam' : bounded ? 'boundedSgd' : 'sgd'];
      const schedule = { warmupEpochs: 0, decay: schedules.cosine.create({ minimum: 0 }) };
      const path = await optimizerSteps(engine, optimizer, layout, {
        start,
        gradient: problem.gradient,
        learningRate: (step) => learningRateAt(initial, schedule, step - 1, steps),
        steps,
      });
      expect(problem.loss(start)).toBeGreaterThan(10 * loss);
      expect(problem.loss(path.at(-1)?.after ?? [])).toBeLessThan(loss);
    },
  );
});
