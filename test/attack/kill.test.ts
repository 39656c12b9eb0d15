import { beforeAll, describe, expect, it } from 'vitest';

import { ganBench, preload } from '../e2e/support.js';
import { backend, configFile, lastOperations, newPlace, resultOf, runToy } from './toy.js';

const TIMEOUT = 600_000;

let expected: Record<string, string>;
/** One operation of every kind, by its number: early ones of some, late ones of others. */
let moments: number[];

beforeAll(async () => {
  const whole = newPlace();
  expect(await runToy(whole)).toMatchObject({ outcome: 'finished' });
  expected = await resultOf(whole);
  const kinds = lastOperations().map((operation) => operation.split(' ')[0]);
  moments = [...new Set(kinds)].map(
    (kind, index) => 1 + (index % 2 === 0 ? kinds.indexOf(kind) : kinds.lastIndexOf(kind)),
  );
}, TIMEOUT);

describe('the command', () => {
  it('killed at an operation of every kind goes on to the same bytes', { timeout: TIMEOUT }, async () => {
    expect(moments.length).toBeGreaterThan(5);
    for (const at of moments) {
      const output = newPlace();
      const args = ['run', configFile, '--backend', backend, '--offline', '--quiet', '--out', output];
      const env = {
        ...preload('../attack/preload/faults.js'),
        GAN_BENCH_FAULT: JSON.stringify({ folder: output, at }),
      };
      const { signal, stderr } = await ganBench(args, { env });
      expect(signal, `operation ${at}: ${stderr}`).toBe('SIGKILL');
      expect(await runToy(output, { resume: true }), `operation ${at}`).toMatchObject({
        outcome: 'finished',
      });
      expect(await resultOf(output), `operation ${at}`).toEqual(expected);
    }
  });
});
