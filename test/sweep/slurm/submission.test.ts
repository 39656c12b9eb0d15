import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { queuedJobs } from '../../../src/sweep/slurm/queue.js';
import {
  readSubmissions,
  submissionDirectory,
  submissionFile,
  submissionNumbers,
  writeSubmission,
  type Submission,
} from '../../../src/sweep/slurm/submission.js';

const submission: Submission = {
  version: 1,
  submittedAt: '2026-01-02T03:04:05.000Z',
  arrays: [{ script: 'a-1.sh', name: 'a-1', job: null, members: ['gan/seed-1'] }],
  summaries: { script: 'a-summaries.sh', name: 'a-summaries', job: '3' },
};

let sweep: string;
beforeAll(async () => {
  sweep = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-submission-'));
});
afterAll(() => rm(sweep, { recursive: true, force: true }));

describe('the record of submissions', () => {
  it('is empty before the first one, and SLURM is not asked then', async () => {
    expect(await submissionNumbers(sweep)).toEqual([]);
    expect(await queuedJobs({ directory: sweep })).toEqual([]);
  });

  it('comes back as it was written, in order; a folder whose command was killed before that is passed over', async () => {
    for (const number of [2, 10]) {
      const directory = submissionDirectory(sweep, number);
      await mkdir(directory, { recursive: true });
      await writeSubmission(directory, {
        ...submission,
        submittedAt: `20${10 + number}-01-02T03:04:05.000Z`,
      });
    }
    await mkdir(submissionDirectory(sweep, 11));
    expect(await submissionNumbers(sweep)).toEqual([2, 10, 11]);
    const times = (await readSubmissions(sweep)).map(({ submittedAt }) => submittedAt.slice(0, 4));
    expect(times).toEqual(['2012', '2020']);
  });

  it('is not trusted: a name that squeue would read otherwise is refused', async () => {
    const file = submissionFile(submissionDirectory(sweep, 11));
    const damaged = { ...submission, summaries: { ...submission.summaries, name: 'a,--user=root' } };
    await writeFile(file, JSON.stringify(damaged));
    await expect(readSubmissions(sweep)).rejects.toThrow(`${file}: is damaged at "summaries.name"`);
    await rm(file);
  });
});
