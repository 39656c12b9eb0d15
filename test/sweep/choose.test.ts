import { describe, expect, it } from 'vitest';

import { membersLike, membersNamed } from '../../src/sweep/choose.js';
import { memberKey } from '../../src/sweep/sweep.js';
import type { Member } from '../../src/sweep/sweep.js';
import { memberOf, sweepOf } from './members.js';

const settings = (name: string, optimizer: object): Member[] =>
  [1, 2].map((seed) => ({
    ...memberOf('results/s', name, seed, { optimizer }),
    settings: [{ path: ['optimizer'], value: name }],
  }));

const sweep = sweepOf('results/s', [
  ...settings('adamw', { gradient: 'none', base: 'adamw' }),
  ...settings('gan', { gradient: 'gan', base: 'adamw' }),
  ...settings('gan-sgd', { gradient: 'gan', base: 'sgd' }),
]);

const like = (...patterns: string[]): string[] => membersLike(sweep, patterns).map(memberKey);

describe('members that patterns choose', () => {
  it('are all without a pattern, else those that fit one for each key', () => {
    expect(like()).toEqual(sweep.members.map(memberKey));
    expect(like('optimizer=gan')).toEqual(['gan/seed-1', 'gan/seed-2']);
    expect(like('optimizer.gradient=gan', 'seed=2')).toEqual(['gan/seed-2', 'gan-sgd/seed-2']);
    expect(like('name=adamw', 'name=gan-sgd', 'seed=1')).toEqual(['adamw/seed-1', 'gan-sgd/seed-1']);
  });

  it.each([
    [
      ['optimizer=zscore'],
      /^--only optimizer=zscore: no member .* What varies:\n {2}optimizer: adamw, gan, gan-sgd\n/,
    ],
    [['seed=3'], /seed: 1, 2\n {2}name: adamw, gan, gan-sgd$/],
    [['name=adamw', 'optimizer=gan'], /^--only name=adamw --only optimizer=gan: no member/],
    [['optimizr=gan'], /"optimizr".*did you mean "optimizer"|optimizr.*"optimizer"/],
    [['gan'], /allowed: key=value, such as --only optimizer/],
  ])('are refused where none is there: %s', (patterns, message) => {
    expect(() => like(...patterns)).toThrow(message);
  });
});

describe('members that are named', () => {
  it('are one by its key, or all seeds of a name', () => {
    const named = (...names: string[]): string[] => membersNamed(sweep, names).map(memberKey);
    expect(named('gan', 'adamw/seed-2')).toEqual(['adamw/seed-2', 'gan/seed-1', 'gan/seed-2']);
    expect(() => named('gam')).toThrow(/^gam: sweep\.yaml has no such member; .*did you mean "gan"\?$/);
  });
});
