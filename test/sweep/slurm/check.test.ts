import { describe, expect, it } from 'vitest';

import { requireSubmittable } from '../../../src/sweep/slurm/check.js';

const nothing = { setup: [], extra: {} };

describe('what a sweep may ask SLURM for', () => {
  it('is taken', () => {
    const extra = { nice: 100, 'mail-type': 'END', exclusive: true };
    expect(() => {
      requireSubmittable('a.yaml', { ...nothing, time: '00:05:00', extra });
    }).not.toThrow();
  });

  it.each([
    [{ time: 'an hour' }, 'slurm.time found "an hour"; allowed: minutes, or a time such as 12:00:00'],
    [{ time: '04:59' }, 'slurm.time found "04:59"; allowed: at least 5 minutes'],
    [{ extra: { mem: '8G' } }, 'slurm.extra.mem has a key of its own: slurm.mem'],
    [{ extra: { 'cpus-per-task': 2 } }, 'slurm.extra.cpus-per-task has a key of its own: slurm.cpus'],
    [{ extra: { signal: 'USR1' } }, 'slurm.extra.signal is not to be set: gan-bench sets it itself'],
  ])('is refused: %j', (wrong, message) => {
    expect(() => {
      requireSubmittable('a.yaml', { ...nothing, ...wrong });
    }).toThrow(`a.yaml: ${message}`);
  });
});
