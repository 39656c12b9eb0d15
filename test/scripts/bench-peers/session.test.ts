import { describe, expect, it } from 'vitest';

import { DISTURBANCES } from '../../../scripts/bench-peers/disturber.js';
import { runSession } from '../../../scripts/bench-peers/session.js';

/** A contender that runs this code. */
function contender(code: string) {
  return { file: process.execPath, args: ['--input-type=module', '-e', code], env: { CONTENDER: 'of this' } };
}

const obedient = contender(`
  import { createInterface } from 'node:readline';
  const say = (message) => console.log(JSON.stringify(message));
  say({ ready: 'a stand-in ' + process.env.CONTENDER + ' ' + process.env.SHARED });
  for await (const line of createInterface({ input: process.stdin })) {
    const steps = Number(line.split(' ')[1]);
    say({ milliseconds: Array(steps).fill(1), cpuBefore: 0, cpuAfter: 0, peakRssBytes: 1, pageFaults: 0, hugePageBytes: null });
  }
`);

const options = { rounds: 3, steps: 2, warmup: 4, env: { SHARED: 'and all' }, onProgress: () => undefined };

describe('a session', () => {
  it('gives each contender a turn in every round, of one step more than are measured', async () => {
    const commands = new Map([
      ['first', obedient],
      ['second', obedient],
    ]);
    const records = await runSession(commands, options);
    expect(records.map(({ name }) => name)).toEqual(['first', 'second']);
    for (const { description, turns } of records) {
      expect(description).toBe('a stand-in of this and all');
      expect(turns.map(({ milliseconds }) => milliseconds.length)).toEqual([3, 3, 3]);
    }
  });

  it.each(DISTURBANCES)('is disturbed in every other round: %s', async (disturb) => {
    const said: string[] = [];
    const [first] = await runSession(new Map([['first', obedient]]), {
      ...{ ...options, rounds: 4, disturb },
      onProgress: (line) => said.push(line),
    });
    expect(first?.turns.map(({ isDisturbed }) => isDisturbed)).toEqual([false, true, false, true]);
    expect(said.slice(-2)).toEqual(['round 3 of 4', 'round 4 of 4, disturbed']);
  });

  it('ends, and ends the others, when one dies', async () => {
    const dying = contender('console.log(JSON.stringify({ ready: "soon" }));');
    const commands = new Map([
      ['first', obedient],
      ['second', dying],
    ]);
    await expect(runSession(commands, options)).rejects.toThrow('second ended before it answered');
  });
});
