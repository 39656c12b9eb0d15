import { appendFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { bury, copyOf, lastOperations, newPlace, resultOf, runFolder, runToy } from './toy.js';

const TIMEOUT = 600_000;

/** How many of a list are tried of each run and each way to fail. */
const TRIED = 10;

/** Some of a list, evenly spread, the first of every kind (`rename`, `fsync`, …) and the last of all; counted from 1. */
function sampled(operations: readonly string[]): number[] {
  const kinds = operations.map((operation) => operation.split(' ')[0]);
  const firsts = kinds.flatMap((kind, index) => (kinds.indexOf(kind) === index ? [index] : []));
  const even = Array.from({ length: TRIED }, (_, index) => Math.floor((index * kinds.length) / TRIED));
  return [...new Set([...firsts, ...even, kinds.length - 1])].sort((a, b) => a - b).map((index) => index + 1);
}

let expected: Record<string, string>;

beforeAll(async () => {
  const whole = newPlace();
  expect(await runToy(whole)).toMatchObject({ outcome: 'finished', said: '' });
  expected = await resultOf(whole);
}, TIMEOUT);

/** What a run begins with: nothing, or what an interrupted one left with rows that its checkpoint does not have. */
const beginnings = [
  { name: 'a new run', begin: (): Promise<string> => Promise.resolve(newPlace()) },
  {
    name: 'a resumed run',
    begin: async (): Promise<string> => {
      const output = newPlace();
      await runToy(output, { stopAfter: 3 });
      await appendFile(path.join(runFolder(output), 'steps.csv'), '2,4,1');
      return output;
    },
  },
];

describe.each(beginnings)('$name', ({ name, begin }) => {
  let before: string;
  let tried: number[];
  let operations: readonly string[];

  beforeAll(async () => {
    before = await begin();
    const output = name === 'a new run' ? newPlace() : await copyOf(before);
    expect(await runToy(output, { resume: true })).toMatchObject({ outcome: 'finished' });
    operations = lastOperations();
    tried = sampled(operations);
  }, TIMEOUT);

  const place = async (): Promise<string> => (name === 'a new run' ? newPlace() : await copyOf(before));

  it('that ends at any operation goes on to the same bytes', { timeout: TIMEOUT }, async () => {
    for (const at of tried) {
      const output = await place();
      await runToy(output, { resume: true, fault: { at, mode: 'die' } });
      await bury(output);
      const told = await runToy(output, { resume: true });
      const where = `operation ${at}, ${operations[at - 1]}: ${told.said}`;
      expect(told.outcome, where).toBe('finished');
      expect(await resultOf(output), where).toEqual(expected);
    }
  });

  it(
    'whose disk is full at any operation says so, and goes on to the same bytes',
    { timeout: TIMEOUT },
    async () => {
      let stopped = 0;
      for (const at of tried) {
        const output = await place();
        const full = await runToy(output, { resume: true, fault: { at, mode: 'full' } });
        const where = `operation ${at}, ${operations[at - 1]}: ${full.said}`;
        expect(full.isPlain, where).toBe(true);
        if (full.outcome !== 'finished') {
          stopped++;
          expect(full.said, where).toContain('ENOSPC');
        }
        await bury(output);
        const told = await runToy(output, { resume: true });
        expect(told.outcome, `${where}, then ${told.said}`).toBe('finished');
        expect(await resultOf(output), where).toEqual(expected);
      }
      // A run does not depend on what it clears away, and on nearly everything else.
      expect(stopped).toBeGreaterThan(tried.length / 2);
    },
  );
});
