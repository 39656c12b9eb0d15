import { describe, expect, it } from 'vitest';

import { SlurmSchema } from '../../../src/sweep/slurm/definition.js';

describe('what a sweep may ask SLURM for', () => {
  it('is taken, and what it is silent about has no default but nothing', () => {
    const extra = { nice: 100, 'mail-type': 'END', exclusive: true };
    expect(SlurmSchema.parse({ time: '00:05:00', extra })).toEqual({ time: '00:05:00', extra, setup: [] });
  });

  it.each([
    [
      { time: 'an hour' },
      'at least 5 minutes, as minutes, hours:minutes:seconds or days-hours:minutes:seconds',
    ],
    [{ time: '04:59' }, 'at least 5 minutes'],
    [{ partition: 'a\n#SBATCH --uid=0' }, 'non-empty text on one line'],
    [{ setup: ['a\nb'] }, 'non-empty text on one line'],
    [{ extra: { 'a b': true } }, 'a long option of sbatch without its dashes'],
    [{ extra: { mem: '8G' } }, 'an option that has no key of its own in slurm'],
    [{ extra: { signal: 'USR1' } }, 'none of those that gan-bench sets itself: array, '],
    [{ extra: { comment: 'a\nb' } }, 'non-empty text on one line'],
  ])('is refused, and what is allowed is said: %j', (wrong, allowed) => {
    expect(SlurmSchema.safeParse(wrong).error?.message).toContain(allowed);
  });
});
