import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { memberOf as memberWith } from '../../src/sweep/member-key.js';
import { memberOf, sweepOf } from './members.js';

const sweep = sweepOf('results/sweep', [
  memberOf('results/sweep', 'adamw', 42),
  memberOf('results/sweep', 'gan', 42),
  memberOf('results/sweep', 'gan', 52),
]);

describe('a member', () => {
  it('is found by its key and by its number', () => {
    expect(memberWith(sweep, 'gan/seed-42')).toBe(sweep.members[1]);
    expect(memberWith(sweep, '2')).toBe(sweep.members[2]);
  });

  it.each([
    [
      'gan/seed-43',
      'has no run "gan/seed-43"; it has 3 runs: a number from 0 to 2, or a key such as adamw/seed-42',
    ],
    ['gan/seed-43', 'did you mean "gan/seed-42"?'],
    ['3', 'has no run number "3"'],
    ['\u001b[2J', 'has no run "\\u001b[2J"'],
  ])('%j is refused where it is none', (key, message) => {
    expect(() => memberWith(sweep, key)).toThrow(UserError);
    expect(() => memberWith(sweep, key)).toThrow(message);
  });
});
