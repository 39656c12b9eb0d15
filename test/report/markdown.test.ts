import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/report/document.js';
import { reportMarkdown } from '../../src/report/markdown.js';
import { plain } from '../../src/report/plain.js';
import { documentOf, figure, HOSTILE, paragraph, table } from './documents.js';

/** The lines of a report's only section. */
function partOf(...blocks: readonly Block[]): string[] {
  const [, part = ''] = reportMarkdown(documentOf(blocks)).split('## Part\n\n');
  return part.split('\n');
}

describe('reportMarkdown', () => {
  it('has a heading for the report and for each section', () => {
    expect(reportMarkdown(documentOf([paragraph('text')]))).toBe(
      '# toy\n\nTwo configurations.\n\n## Part\n\ntext\n',
    );
  });

  it('writes a table with its caption, numbers to the right', () => {
    expect(partOf(table('gan', '0.5'))).toEqual([
      'All of it',
      '',
      '| column 0 | column 1 |',
      '| :- | -: |',
      '| gan | 0.5 |',
      '',
    ]);
  });

  it('shows a figure as a file beside it, with its numbers', () => {
    expect(partOf(figure('gan')).slice(0, 5)).toEqual([
      '**Where they lie.** gan',
      '',
      '![Where they lie: gan](figures/dots-1.svg)',
      '',
      '<details><summary>The numbers of this figure</summary>',
    ]);
  });

  it('keeps code word for word behind a fence longer than any in it', () => {
    expect(partOf({ kind: 'code', text: '# plan\n```\n<b>' })).toEqual([
      '````',
      '# plan',
      '```',
      '<b>',
      '````',
      '',
    ]);
  });

  it.each([
    ['struck out', '~~gone~~', '\\~\\~gone\\~\\~'],
    ['formulas', '$x$', '\\$x\\$'],
    [
      'links',
      'https://elsewhere.example www.elsewhere.example',
      'https\\://elsewhere.example www\\.elsewhere.example',
    ],
    ['people', '@somebody', '\\@somebody'],
    ['cells', 'a | b\nc', 'a \\| b\\nc'],
  ])('writes what GitHub takes for %s so that it stays text', (_, text, written) => {
    expect(partOf(table(text))[4]).toBe(`| ${written} |`);
  });

  it('reads back as the text that was given, whatever it contains', () => {
    const part = fc.oneof(
      fc.constantFrom(
        ...HOSTILE,
        ' ',
        '\n',
        '*',
        '_',
        '`',
        '<',
        '[',
        '](',
        '!',
        '&',
        '\\',
        '#',
        '>',
        '=',
        '~',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const text = fc
      .array(part, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''))
      .filter((each) => each.trim() !== '');
    fc.assert(
      fc.property(text, (given) => {
        const { children } = fromMarkdown(
          reportMarkdown(documentOf([paragraph(given), { kind: 'list', items: [given] }], given)),
        );
        const leaf = { type: 'text', value: plain(given) };
        expect(children).toMatchObject([
          { type: 'heading', children: [leaf] },
          { type: 'paragraph' },
          { type: 'heading' },
          { type: 'paragraph', children: [leaf] },
          { type: 'list', children: [{ children: [{ type: 'paragraph', children: [leaf] }] }] },
        ]);
      }),
      { numRuns: 30 },
    );
  });
});
