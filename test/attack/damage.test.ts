import { beforeAll, describe, expect, it } from 'vitest';

import { damage, sampleDamages } from './damage.js';
import { bury, copyOf, lastOperations, newPlace, resultOf, runFolder, runToy, summaryOf } from './toy.js';

const TIMEOUT = 600_000;
const DAMAGES = 100;

let expected: Record<string, string>;
let bases: readonly string[];

beforeAll(async () => {
  const whole = newPlace();
  expect(await runToy(whole)).toMatchObject({ outcome: 'finished' });
  expected = await resultOf(whole);
  const last = lastOperations().findLastIndex((operation) => operation.startsWith('rename step-'));
  const [interrupted, killed] = [newPlace(), newPlace()];
  expect(await runToy(interrupted, { stopAfter: 3 })).toMatchObject({ outcome: 'interrupted' });
  // All rows are there, the last checkpoint is not.
  await runToy(killed, { fault: { at: last + 1, mode: 'die' } });
  await bury(killed);
  bases = [interrupted, killed];
}, TIMEOUT);

describe('a run whose files were damaged before it is resumed', () => {
  it(
    `ends with the same bytes or says what it found, in ${DAMAGES} cases`,
    { timeout: TIMEOUT },
    async () => {
      let noticed = 0;
      for (const [index, each] of sampleDamages(DAMAGES).entries()) {
        const output = await copyOf(bases[index % bases.length] ?? '');
        const done = await damage(runFolder(output), each);
        const { outcome, said, isPlain } = await runToy(output, { resume: true });
        const where = `${done}: ${outcome}, ${said}`;
        expect(isPlain, where).toBe(true);
        const summary = await summaryOf(output);
        const isCounted = outcome === 'finished' && summary?.outcome === 'finished';
        if (isCounted && said === '') expect(await resultOf(output), where).toEqual(expected);
        else noticed++;
      }
      // Neither is every damage of consequence, nor can none be.
      expect(noticed).toBeGreaterThan(DAMAGES / 4);
    },
  );
});
