import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { openEngine } from '../../src/tensor/backend.js';
import type { Engine } from '../../src/tensor/engine.js';
import type { Layout } from '../../src/tensor/layout.js';
import { parameterLayout } from '../support/layouts.js';
import { randomTensor } from '../support/values.js';
import { chained, gan, sgd } from './parts.js';
import { at, dot, quadratic, randomRows, rosenbrock } from './problems.js';
import type { Problem } from './problems.js';
import { optimizerSteps } from './steps.js';
import type { OptimizerStep } from './steps.js';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ backend: 'cpu' });
});

/** Plain gradient steps, transformed by GAN. */
async function descend(problem: Problem, learningRate: number, steps: number): Promise<OptimizerStep[]> {
  const { layout, start, gradient } = problem;
  const optimizer = chained(engine, gan(engine), sgd(engine, { momentum: 0 }), layout);
  return await optimizerSteps(engine, optimizer, layout, {
    start,
    gradient,
    learningRate: () => learningRate,
    steps,
  });
}

/** P g: the gradient with each kernel centred. */
function project({ entries }: Layout, gradient: Float64Array): Float64Array {
  const projected = gradient.slice();
  for (const { size, offset } of entries) {
    const part = projected.subarray(offset, offset + size);
    const mean = part.reduce((sum, value) => sum + value, 0) / size;
    for (const [index, value] of part.entries()) part[index] = value - mean;
  }
  return projected;
}

/**
 * f(θ_{t+1}) ≤ f(θ_t) − η α_t (1 − L η α_t / 2) |P g_t|².
 *
 * The device computes in float32, so that θ_{t+1} is off by some δ. By the same lemma f is then larger by no more
 * than |∇f(θ_{t+1})| |δ| + L |δ|² / 2, with |δ| a few roundings of what is added up: θ and η g.
 */
function expectDescent(
  problem: Problem,
  smoothness: number,
  learningRate: number,
  step: OptimizerStep,
): void {
  const { before, after, reports } = step;
  const alpha = reports['autoscale_alpha'] ?? NaN;
  expect(alpha > 0 && alpha <= 1, `α = ${alpha}`).toBe(true);
  const gradient = problem.gradient(before);
  const projected = project(problem.layout, gradient);
  const share = learningRate * alpha * (1 - (smoothness * learningRate * alpha) / 2);
  const bound = problem.loss(before) - share * dot(projected, projected);

  const delta = 2 ** -22 * (length(before) + learningRate * length(gradient));
  const rounding = length(problem.gradient(after)) * delta + smoothness * delta ** 2;
  expect(problem.loss(after)).toBeLessThanOrEqual(bound + rounding);
}

function length(vector: ArrayLike<number>): number {
  return Math.sqrt(dot(vector, vector));
}

/** Learning rates up to the 1 / L that the lemma allows. */
const shares = fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100);

describe('the descent inequality', () => {
  it('holds at every step on random convex quadratics', async () => {
    const layout = parameterLayout([
      { name: 'first', shape: [2, 3] },
      { name: 'second', shape: [4, 1] },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.nat(), shares, async (seed, share) => {
        const start = randomTensor(seed + 1, [layout.size], 3).data;
        const minimum = randomTensor(seed + 2, [layout.size]).data;
        const problem = quadratic(layout, start, minimum, randomRows(layout, seed));
        const learningRate = share / problem.smoothness;
        for (const step of await descend(problem, learningRate, 20)) {
          expectDescent(problem, problem.smoothness, learningRate, step);
        }
      }),
      { numRuns: 40 },
    );
  });

  /**
   * Where no |x_i| exceeds 2, L = 7402 bounds the Hessian of Rosenbrock's function: the absolute values of a row sum
   * to no more than |1200 x_i² − 400 x_{i+1} + 202| + 400 |x_{i−1}| + 400 |x_i| ≤ 5802 + 800 + 800, and by
   * Gershgorin's theorem no eigenvalue exceeds that. The box is convex: with both ends a whole step lies in it.
   */
  it("holds at every step on Rosenbrock's function", async () => {
    const smoothness = 7402;
    const layout = parameterLayout([{ name: 'kernel', shape: [2, 2] }]);
    const coordinate = fc.integer({ min: -100, max: 100 }).map((percent) => percent / 100);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(coordinate, coordinate, coordinate, coordinate),
        shares,
        async (start, share) => {
          const problem = rosenbrock(layout, start);
          const learningRate = share / smoothness;
          for (const step of await descend(problem, learningRate, 50)) {
            for (const end of [step.before, step.after]) {
              expect(Math.max(...end.map(Math.abs)), 'the step stays where L holds').toBeLessThanOrEqual(2);
            }
            expectDescent(problem, smoothness, learningRate, step);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('means what it says on a parabola', async () => {
    // f = ½ |θ|², g = θ = (3, 1): mean 2, P g = (1, −1), σ = 1, α = 0.664059 as in registry.test.ts; L = 1.
    // η = 0.5: θ = (3 − 0.332030, 1 + 0.332030), f = ½ (7.118066 + 1.774303) = 4.446184. The bound is an equality:
    // 5 − 0.332030 · (1 − 0.166015) · 2 = 4.446184.
    const layout = parameterLayout([{ name: 'kernel', shape: [1, 2] }]);
    const rows = [
      [1, 0],
      [0, 1],
    ];
    const problem = quadratic(layout, [3, 1], [0, 0], rows);
    const [step] = await descend(problem, 0.5, 1);
    expect(step?.reports['autoscale_alpha']).toBeCloseTo(0.664059, 6);
    expect(at(step?.after ?? [], 0)).toBeCloseTo(2.66797, 5);
    expect(problem.loss(step?.after ?? [])).toBeCloseTo(4.446184, 5);
  });
});
