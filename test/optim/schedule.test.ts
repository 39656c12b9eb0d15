import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { learningRateAt, schedules } from '../../src/optim/schedule.js';
import type { Decay, Schedule } from '../../src/optim/schedule.js';
import { expectClose } from '../support/close.js';

const RATE = 1e-3;
const constant = () => schedules.constant.create({});
const step = (options: { every: number; factor: number }) => schedules.step.create(options);
const multistep = (options: { at: number[]; factor: number }) => schedules.multistep.create(options);
const cosine = (options: { minimum: number }) => schedules.cosine.create(options);

function ratesAt(schedule: Schedule, epochs: number, ...at: readonly number[]): number[] {
  return at.map((epoch) => learningRateAt(RATE, schedule, epoch, epochs));
}

function expectRates(actual: readonly number[], ...expected: readonly number[]): void {
  expectClose(actual, expected, { relative: 1e-12, absolute: 0 });
}

describe("the presets' schedule", () => {
  const presets: Schedule = { warmupEpochs: 5, decay: step({ every: 30, factor: 0.75 }) };

  it('warms up over five epochs', () => {
    expectRates(ratesAt(presets, 200, 0, 1, 2, 3, 4), 2e-4, 4e-4, 6e-4, 8e-4, 1e-3);
  });

  it('then takes three quarters every 30 epochs', () => {
    expectRates(ratesAt(presets, 200, 5, 34, 35, 64), 1e-3, 1e-3, 7.5e-4, 7.5e-4);
    // The last of 200 epochs is the 194th after the warm-up: ⌊194 / 30⌋ = 6 times, 0.75⁶ = 0.177978515625.
    expectRates(ratesAt(presets, 200, 65, 199), 5.625e-4, 1.77978515625e-4);
  });
});

describe('learningRateAt', () => {
  it('is constant', () => {
    expectRates(ratesAt({ warmupEpochs: 0, decay: constant() }, 10, 0, 5, 9), RATE, RATE, RATE);
  });

  it('stays at its full height after a warm-up', () => {
    expectRates(ratesAt({ warmupEpochs: 2, decay: constant() }, 10, 0, 1, 2, 9), RATE / 2, RATE, RATE, RATE);
  });

  it('falls at each milestone, counted from the end of the warm-up', () => {
    const decay = multistep({ at: [2, 5], factor: 0.1 });
    const expected = [RATE, RATE, 1e-4, 1e-4, 1e-4, 1e-5, 1e-5];
    expectRates(ratesAt({ warmupEpochs: 0, decay }, 7, 0, 1, 2, 3, 4, 5, 6), ...expected);
    expectRates(ratesAt({ warmupEpochs: 3, decay }, 10, 3, 4, 5, 6, 7, 8, 9), ...expected);
  });

  it('follows half a cosine from the full rate towards the minimum', () => {
    // 10 epochs: 1e-4 + 9e-4 · (1 + cos(π k / 10)) / 2. cos 0 = 1, cos π/2 = 0, cos 4π/5 = −0.809017.
    const decay = cosine({ minimum: 1e-4 });
    const [first = NaN, middle = NaN, eighth = NaN] = ratesAt({ warmupEpochs: 0, decay }, 10, 0, 5, 8);
    expectRates([first, middle], RATE, 5.5e-4);
    expect(eighth).toBeCloseTo(1e-4 + 9e-4 * 0.0954915, 10);
  });

  it('reaches the minimum of the cosine when the run is over', () => {
    expectRates(
      ratesAt({ warmupEpochs: 2, decay: cosine({ minimum: 1e-4 }) }, 12, 2, 7, 12),
      RATE,
      5.5e-4,
      1e-4,
    );
  });

  it('is defined for a cosine in a run that is all warm-up', () => {
    expectRates(ratesAt({ warmupEpochs: 2, decay: cosine({ minimum: 0 }) }, 2, 0, 1), RATE / 2, RATE);
  });

  it('never rises after the warm-up, and never exceeds the full rate', () => {
    const factor = fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100);
    const decay: fc.Arbitrary<Decay> = fc.oneof(
      fc.constant(constant()),
      fc.record({ every: fc.integer({ min: 1, max: 10 }), factor }).map(step),
      fc.record({ at: fc.array(fc.nat(40)), factor }).map(multistep),
      fc.record({ minimum: factor.map((share) => share * RATE) }).map(cosine),
    );
    fc.assert(
      fc.property(fc.nat(10), fc.integer({ min: 1, max: 40 }), decay, (warmupEpochs, epochs, decay) => {
        const rates = Array.from({ length: epochs }, (_, epoch) =>
          learningRateAt(RATE, { warmupEpochs, decay }, epoch, epochs),
        );
        const rounding = 1e-12 * RATE;
        for (const [epoch, rate] of rates.entries()) {
          expect(rate > 0 && rate <= RATE + rounding).toBe(true);
          const next = rates[epoch + 1] ?? rate;
          if (epoch >= warmupEpochs) expect(next).toBeLessThanOrEqual(rate + rounding);
          else if (epoch + 1 < warmupEpochs) expect(next).toBeGreaterThanOrEqual(rate);
        }
      }),
    );
  });
});
