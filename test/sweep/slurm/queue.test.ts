import { describe, expect, it } from 'vitest';

import { parseQueue } from '../../../src/sweep/slurm/queue.js';
import type { Submission } from '../../../src/sweep/slurm/submission.js';

const submission: Submission = {
  version: 1,
  submittedAt: '2026-01-02T03:04:05.000Z',
  arrays: [
    { script: 'a-1.sh', name: 'a-1', job: '17', members: ['adamw/seed-1', 'gan/seed-1'] },
    { script: 'a-2.sh', name: 'a-2', job: null, members: ['zscore/seed-1'] },
  ],
  summaries: { script: 'a-summaries.sh', name: 'a-summaries', job: null },
};

describe("SLURM's queue", () => {
  it('is told by members, whether or not a job’s number had been written down', () => {
    const text = [
      '17 1 a-1 PENDING JobArrayTaskLimit|',
      '17 0 a-1 RUNNING None|node[07-08]',
      '18 0 a-2 COMPLETING None|node09',
      '19 N/A a-summaries PENDING Dependency|',
      '',
    ].join('\n');
    const nowhere = { reason: undefined, node: undefined };
    expect(parseQueue(text, [submission])).toEqual([
      { ...nowhere, member: 'gan/seed-1', standing: 'queued', job: '17_1', reason: 'JobArrayTaskLimit' },
      { ...nowhere, member: 'adamw/seed-1', standing: 'running', job: '17_0', node: 'node[07-08]' },
      { ...nowhere, member: 'zscore/seed-1', standing: 'ending', job: '18_0', node: 'node09' },
      { ...nowhere, member: undefined, standing: 'queued', job: '19', reason: 'Dependency' },
    ]);
  });

  it('has jobs of others, and lines of another form, that are passed over', () => {
    const text = 'slurm is busy\n17 1 b-1 PENDING Priority|\n17 9 a-1 RUNNING None|n\n';
    expect(parseQueue(text, [submission])).toEqual([
      // A task that the submission did not have: somebody edited the script. It counts as a job, of no member.
      { member: undefined, standing: 'running', job: '17_9', reason: undefined, node: 'n' },
    ]);
  });

  it.each([
    ['PENDING', 'queued'],
    ['REQUEUED', 'queued'],
    ['REQUEUE_HOLD', 'queued'],
    ['SPECIAL_EXIT', 'queued'],
    ['CONFIGURING', 'running'],
    ['SUSPENDED', 'running'],
    ['COMPLETING', 'ending'],
    ['STAGE_OUT', 'ending'],
  ])('a job that is %s is %s', (state, standing) => {
    expect(parseQueue(`17 0 a-1 ${state} None|`, [submission])).toMatchObject([{ standing }]);
  });
});
