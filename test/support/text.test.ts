import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { count, formatBytes, formatDuration, percent, printable, visible } from '../../src/support/text.js';

describe('count', () => {
  it('has a plural for all but one', () => {
    expect([count(0, 'seed'), count(1, 'seed'), count(2, 'seed')]).toEqual(['0 seeds', '1 seed', '2 seeds']);
  });
});

describe('percent', () => {
  it('rounds to the digits asked for', () => {
    expect([percent(0.22934, 2), percent(1, 1), percent(0, 0)]).toEqual(['22.93 %', '100.0 %', '0 %']);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3_440_000, '3.4 MB'],
    [12_000_000_000, '12.0 GB'],
    [3.2e15, '3200000.0 GB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('printable', () => {
  it('leaves plain text alone, accents and symbols too', () => {
    expect(printable('résumé → α, 学習 🎲')).toBe('résumé → α, 学習 🎲');
  });

  it.each([
    ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
    ['line ends', 'a\r\nb', 'a\\r\\nb'],
    ['a C1 control character', '\u009b31m', '\\u009b31m'],
    ['an override of the reading direction', '\u202e', '\\u202e'],
    ['NUL and DEL', '\0\u007f', '\\u0000\\u007f'],
    ['a character beyond the basic plane that is not shown', '\u{e0001}', '\\udb40\\udc01'],
    ['the separators of lines and paragraphs', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['half a character', '\ud800', '\\ud800'],
  ])('writes %s as in JSON', (_name, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('cuts what is longer than a line', () => {
    const cut = printable('x'.repeat(5000));
    expect(cut).toHaveLength(200);
    expect(cut.endsWith('x…')).toBe(true);
    expect(printable('x'.repeat(200))).toBe('x'.repeat(200));
  });
});

describe('visible', () => {
  it('keeps line ends, and writes as in JSON what a terminal might obey', () => {
    expect(visible('a\n\ta \u001b[31mred\u001b[0m\r\u009b2J\u202e\0\n')).toBe(
      'a\n\\ta \\u001b[31mred\\u001b[0m\\r\\u009b2J\\u202e\\u0000\n',
    );
  });

  it('leaves JSON what it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = visible(JSON.stringify({ text }, undefined, 2));
        expect(JSON.parse(json)).toEqual({ text });
        expect(json).not.toMatch(/[^\P{Cc}\n]/u);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [3569, '59 min'],
    [3599, '1 h 00 min'],
    [11_100, '3 h 05 min'],
    [Infinity, '?'],
  ])('%d seconds is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
