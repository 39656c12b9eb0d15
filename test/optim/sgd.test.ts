import { expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { baseStart, sgd } from './parts.js';
import { baseSteps } from './steps.js';

const RATE = 0.1;
const GRADIENTS = [[0.5], [0.5], [-1]];

/** Expected parameters after each step, of one that starts at 1. */
function expectPath(steps: readonly Float32Array[], ...path: readonly number[]): void {
  expectClose(
    steps.map((step) => step[0] ?? NaN),
    path,
  );
}

onEveryBackend((engine) => {
  it('without momentum goes down the gradient', async () => {
    // 1 − 0.05, − 0.05, + 0.1
    const steps = await baseSteps(engine(), sgd(engine(), { momentum: 0 }), [1], GRADIENTS, RATE);
    expectPath(steps, 0.95, 0.9, 1);
  });

  it('without momentum has no state', () => {
    expect(sgd(engine(), { momentum: 0 }).method.init(baseStart(3)).size).toBe(0);
  });

  it('has momentum 0.9 unless told otherwise', async () => {
    // u = 0.5; 0.45 + 0.5 = 0.95; 0.855 − 1 = −0.145. θ = 1 − 0.05, − 0.095, + 0.0145.
    expectPath(await baseSteps(engine(), sgd(engine()), [1], GRADIENTS, RATE), 0.95, 0.855, 0.8695);
  });

  it('adds L2 to the gradient before the momentum', async () => {
    // d = 0.5 + 0.1 · 1 = 0.6,       u = 0.6,                  θ = 1 − 0.06 = 0.94
    // d = 0.5 + 0.094 = 0.594,       u = 0.54 + 0.594 = 1.134, θ = 0.94 − 0.1134 = 0.8266
    // d = −1 + 0.08266 = −0.91734,   u = 1.0206 − 0.91734 = 0.10326, θ = 0.8266 − 0.010326 = 0.816274
    const steps = await baseSteps(engine(), sgd(engine(), { weightDecay: 0.1 }), [1], GRADIENTS, RATE);
    expectPath(steps, 0.94, 0.8266, 0.816274);
  });

  it('decays without momentum too', async () => {
    // θ = 1 − 0.1 · (0.5 + 0.1) = 0.94; 0.94 − 0.1 · (0.5 + 0.094) = 0.8806
    const base = sgd(engine(), { momentum: 0, weightDecay: 0.1 });
    expectPath(await baseSteps(engine(), base, [1], [[0.5], [0.5]], RATE), 0.94, 0.8806);
  });

  it("with Nesterov's momentum looks one step ahead", async () => {
    // u = 0.5,    θ = 1 − 0.1 · (0.5 + 0.45) = 0.905
    // u = 0.95,   θ = 0.905 − 0.1 · (0.5 + 0.855) = 0.7695
    // u = −0.145, θ = 0.7695 − 0.1 · (−1 − 0.1305) = 0.88255
    const steps = await baseSteps(engine(), sgd(engine(), { nesterov: true }), [1], GRADIENTS, RATE);
    expectPath(steps, 0.905, 0.7695, 0.88255);
  });

  it('with Nesterov and L2 takes the decayed gradient twice', async () => {
    // d = 0.6,        u = 0.6,                       θ = 1 − 0.1 · (0.6 + 0.54) = 0.886
    // d = 0.5886,     u = 0.54 + 0.5886 = 1.1286,    θ = 0.886 − 0.1 · (0.5886 + 1.01574) = 0.725566
    // d = −0.9274434, u = 1.01574 − 0.9274434 = 0.0882966,
    //                 θ = 0.725566 − 0.1 · (−0.9274434 + 0.07946694) = 0.810363646
    const base = sgd(engine(), { nesterov: true, weightDecay: 0.1 });
    const steps = await baseSteps(engine(), base, [1], GRADIENTS, RATE);
    expectPath(steps, 0.886, 0.725566, 0.810363646);
  });

  it('treats each parameter by itself', async () => {
    // u = (1, −2), (1.9, −1.8). θ = (0, 10) − 0.1 · u, twice.
    const gradients = [
      [1, -2],
      [1, 0],
    ];
    const [first, second] = await baseSteps(engine(), sgd(engine()), [0, 10], gradients, RATE);
    expectClose(first ?? [], [-0.1, 10.2]);
    expectClose(second ?? [], [-0.29, 10.38]);
  });
});
