import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/report/html.js';
import { documentOf, figure, HOSTILE, INVISIBLE, paragraph, table } from './documents.js';

const drawings = new Map([['dots-1', '<svg role="img"></svg>']]);

/** All that is told of a page but how it looks. */
function pageOf(...args: Parameters<typeof documentOf>): string {
  return reportHtml(documentOf(...args), drawings).replace(/<style>.*<\/style>/s, '');
}

describe('reportHtml', () => {
  it('may load and run nothing', () => {
    expect(pageOf([]).replaceAll('&#x27;', "'")).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    );
  });

  it('has one main heading, and a link to each section, which is named by its own', () => {
    const page = pageOf([paragraph('text')]);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toContain('<nav aria-label="Contents"><ol><li><a href="#part">Part</a></li></ol></nav>');
    expect(page).toContain('<section id="part" aria-labelledby="part-title"><h2 id="part-title">Part</h2>');
    expect(page).toContain('<a class="skip" href="#main">');
    expect(page).toContain('<main id="main">');
  });

  it('tells of tables what heads their columns and rows', () => {
    expect(pageOf([table('gan', '0.5')])).toContain(
      '<table><caption>All of it</caption><thead><tr><th scope="col">column 0</th><th scope="col" class="number">column 1</th></tr></thead>' +
        '<tbody><tr><th scope="row">gan</th><td class="number">0.5</td></tr></tbody></table>',
    );
  });

  it('shows a figure with its title, its description and its numbers', () => {
    const page = pageOf([figure('gan')]);
    expect(page).toContain('<figure id="dots"><figcaption><strong>Where they lie.</strong> gan</figcaption>');
    expect(page).toContain('<svg role="img"></svg>');
    expect(page).toMatch(/<details><summary>The numbers of this figure<\/summary>.*gan.*<\/details>/);
  });

  it('keeps numbers and what belongs to them on one line', () => {
    expect(pageOf([paragraph('95 % interval, n = 5 pairs (p < 0.001)')])).toContain(
      '<p>95\u00a0% interval, n\u00a0=\u00a05 pairs (p\u00a0&#x3C;\u00a00.001)</p>',
    );
  });

  it.each(HOSTILE)('takes %j for text wherever it stands', (text) => {
    const blocks = [
      paragraph(text),
      table(text, text),
      figure(text),
      { kind: 'list', items: [text] },
      { kind: 'code', text },
    ] as const;
    const tags = (page: string): string[] => [...page.matchAll(/<(\/?[a-z]\w*)/g)].map(([, tag = '']) => tag);
    const page = pageOf(blocks, text);
    const harmless = pageOf(
      [
        paragraph('x'),
        table('x', 'x'),
        figure('x'),
        { kind: 'list', items: ['x'] },
        { kind: 'code', text: 'x' },
      ],
      'x',
    );
    expect(tags(page)).toEqual(tags(harmless));
    expect(page).not.toContain('<!--');
    expect(page).not.toMatch(INVISIBLE);
  });
});
