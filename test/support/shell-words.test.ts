import { spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { quoteWords } from '../../src/support/shell-words.js';

const isZero = (text: string): boolean => text.includes('\0');

describe('words for a shell', () => {
  it('are quoted only where they must be', () => {
    expect(quoteWords(['run', 'configs/a.json', '--set', 'optimizer.learningRate=5e-4'])).toBe(
      'run configs/a.json --set optimizer.learningRate=5e-4',
    );
    expect(quoteWords(['seeds=[1,2]', "it's", '', '$HOME'])).toBe(`'seeds=[1,2]' 'it'\\''s' '' '$HOME'`);
    expect(quoteWords(["a\u001b\n'\\"])).toBe(String.raw`$'a\U0000001b\U0000000a\'\\'`);
  });

  it('come out of a shell as they went in', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !isZero(text));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const script = `for word in ${quoteWords(words)}; do printf '%s\\0' "$word"; done`;
        const { stdout } = spawnSync('bash', ['-c', script], {
          encoding: 'utf8',
          env: { LC_ALL: 'C.UTF-8' },
        });
        expect(stdout).toBe(words.map((each) => `${each}\0`).join(''));
      }),
      { numRuns: 20, examples: [[['\u001b[31m', 'a\nb', "'\\", '\u202e', '--resume']]] },
    );
  });
});
