import { describe, expect, it } from 'vitest';

import { verdictOf } from '../../src/cli/reproduce-report.js';
import type { Reproduction } from '../../src/library/reproduce.js';

const isThere = { file: 'metrics.csv', rows: 3, rowsOfOriginal: 3, rowsHere: 3, uncompared: [] };
const difference = { line: 2, column: 'test_loss', original: '4', here: '5', relative: 0.2 };
const same: Reproduction = {
  ...{ original: 'results/a/seed-1', here: 'results/b/seed-1', seed: 1, isWhole: true, isSame: true },
  facts: [{ name: 'commit', original: 'a', here: 'a', isSame: true }],
  files: [{ ...isThere, first: undefined, largest: undefined, isSame: true }],
};
const different: Reproduction = {
  ...same,
  files: [{ ...isThere, first: difference, largest: difference, isSame: false }],
  isSame: false,
};

describe('what a repetition means', () => {
  it('is told of the same bytes, and how far they were trained', () => {
    expect(verdictOf(same)).toBe('The same bytes (results/b/seed-1).');
    expect(verdictOf({ ...same, isWhole: false })).toBe(
      'The same bytes, as far as it was trained (results/b/seed-1).',
    );
  });

  it('is a finding where nothing that decides them is another', () => {
    expect(verdictOf(different)).toContain('this is a finding, please report it');
  });

  it('was to be expected where something is, with how much it is', () => {
    const facts = [{ name: 'processor', original: 'Abacus', here: 'EPYC', isSame: false }];
    const words = verdictOf({ ...different, facts });
    expect(words).toContain('another processor');
    expect(words).toContain('this was to be expected; the curves differ: metrics.csv by at most 20.000 %');
    expect(words).not.toContain('finding');
  });
});
