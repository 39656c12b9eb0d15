// How often the intervals hold the truth, and how often the tests are wrong where there is no difference, on normal
// data: `node dist/scripts/statistics/coverage.js`. Prints Markdown.
import { randomNormal } from 'd3-random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { intervalOf, pValueOf, type Estimate } from '../../src/analysis/estimate.js';
import { pairBySeed, type Pair } from '../../src/analysis/pairs.js';
import { pairedEstimate } from '../../src/analysis/paired.js';
import { contributionsOfSeeds, pooledEstimate } from '../../src/analysis/pooled.js';
import { signFlipPValue } from '../../src/analysis/sign-flip.js';
import { welchEstimate } from '../../src/analysis/welch.js';

const REPEATS = 20_000;
const SIZES = [2, 3, 5, 10];
const TRUTH = 0.01;
const generator = xoroshiro128plus(42);
const normal = randomNormal.source(() => uniformFloat64(generator))(0, 1);

/** A study of one architecture: both optimizers share half of the variance of a seed. */
function study(seeds: number, spread = 0.004): Pair[] {
  const shared = Array.from({ length: seeds }, () => normal());
  const values = (mean: number) =>
    new Map(shared.map((part, seed) => [seed, mean + spread * (part + normal())]));
  return pairBySeed(values(TRUTH), values(0));
}

function holds(estimate: Estimate | undefined): number {
  if (estimate === undefined) return 0;
  const { low, high } = intervalOf(estimate, 0.95);
  return low <= TRUTH && TRUTH <= high ? 1 : 0;
}

function rowOf(seeds: number): string {
  const counts = { paired: 0, welch: 0, pooled: 0, t: 0, flip: 0, pooledFlip: 0 };
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const architectures = [study(seeds), study(seeds, 0.002), study(seeds, 0.008)];
    const [pairs = []] = architectures;
    const estimates = architectures.map(pairedEstimate).filter((estimate) => estimate !== undefined);
    counts.paired += holds(estimates[0]);
    counts.pooled += holds(pooledEstimate(estimates));
    counts.welch += holds(
      welchEstimate(
        pairs.map(({ a }) => a),
        pairs.map(({ b }) => b),
      ),
    );
    const alike = architectures.map((each) =>
      each.map((pair) => ({ ...pair, difference: pair.difference - TRUTH })),
    );
    const [first = []] = alike;
    const estimate = pairedEstimate(first);
    if (estimate !== undefined && pValueOf(estimate) < 0.05) counts.t++;
    if ((signFlipPValue(contributionsOfSeeds([first])) ?? 1) <= 0.05) counts.flip++;
    if ((signFlipPValue(contributionsOfSeeds(alike)) ?? 1) <= 0.05) counts.pooledFlip++;
  }
  const shares = Object.values(counts).map((hits) => (hits / REPEATS).toFixed(3));
  return `| ${[seeds, ...shares].join(' | ')} |`;
}

console.log(
  '| seeds | paired interval | Welch interval | pooled interval | paired t | sign-flip | pooled sign-flip |\n' +
    '| --- | --- | --- | --- | --- | --- | --- |',
);
for (const seeds of SIZES) console.log(rowOf(seeds));
