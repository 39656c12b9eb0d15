import { expect, it } from 'vitest';

import { chooseMembers } from '../../../src/sweep/slurm/choose.js';
import type { JobState } from '../../../src/sweep/slurm/queue.js';
import { MEMBER_STANDINGS } from '../../../src/sweep/state.js';
import { memberKey } from '../../../src/sweep/sweep.js';
import { memberOf, stateOf } from '../members.js';

const job: JobState = { standing: 'queued', job: '17_0', reason: 'Priority', node: undefined };
/** A member of each standing that may be in a sweep that is not refused, and one that has a job. */
const queued = stateOf(memberOf('sweep', 'queued', 1), { standing: 'interrupted' });
const states = [
  queued,
  ...MEMBER_STANDINGS.filter((standing) => standing !== 'damaged' && standing !== 'other-experiment').map(
    (standing) => stateOf(memberOf('sweep', standing, 1), { standing }),
  ),
];
const queue = new Map([[memberKey(queued.member), job]]);

it('submits what is not finished, not held by anybody and not in the queue', () => {
  const { members, left } = chooseMembers(states, queue, { retries: false });
  expect(members.map(({ name }) => name)).toEqual(['waiting', 'interrupted', 'failed']);
  expect(Object.fromEntries(left)).toEqual({ 'in the queue': 1, finished: 1, running: 1, 'given up': 1 });
});

it('submits what was given up when it is asked to', () => {
  const { members, left } = chooseMembers(states, queue, { retries: true });
  expect(members.map(({ name }) => name)).toEqual(['waiting', 'interrupted', 'failed', 'given-up']);
  expect(left.has('given up')).toBe(false);
});
