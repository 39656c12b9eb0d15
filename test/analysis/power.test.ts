import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pairsNeeded, powerOfPairedT } from '../../src/analysis/power.js';
import { expectNear, fixture } from './fixtures.js';

const rows = {
  power: z.array(z.tuple([z.number(), z.number(), z.number()])),
  pairs: z.array(z.tuple([z.number(), z.number()])),
};
const statsmodels = fixture('power', z.object(rows));

describe('powerOfPairedT', () => {
  it('is what statsmodels has', () => {
    for (const [effect, pairs, power] of statsmodels.power) expectNear(powerOfPairedT(effect, pairs), power);
  });

  it('is the significance level for no effect, and 1 for one that cannot be missed', () => {
    expectNear(powerOfPairedT(0, 5), 0.05);
    expectNear(powerOfPairedT(1000, 10), 1);
  });
});

describe('pairsNeeded', () => {
  it('is what statsmodels has, rounded up', () => {
    for (const [effect, pairs] of statsmodels.pairs) expect(pairsNeeded(1, effect)).toBe(Math.ceil(pairs));
  });

  it('is what tables have for small, medium and large effects', () => {
    // Cohen's d of 0.2, 0.5 and 0.8 in a paired t: 199, 34 and 15 (G*Power).
    expect([0.2, 0.5, 0.8].map((effect) => pairsNeeded(1, effect))).toEqual([199, 34, 15]);
  });

  it('goes by the ratio of margin and spread', () => {
    expect(pairsNeeded(0.004, 0.005)).toBe(pairsNeeded(0.8, 1));
  });

  it('has two pairs at least, and gives up where nobody would train', () => {
    expect(pairsNeeded(1e-6, 0.005)).toBe(2);
    expect(pairsNeeded(1, 0.001)).toBeUndefined();
  });
});
