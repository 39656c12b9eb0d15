import type { Block, ReportDocument } from '../../src/report/document.js';

/** A report of one section. */
export function documentOf(blocks: readonly Block[], title = 'toy'): ReportDocument {
  return { title, summary: 'Two configurations.', sections: [{ id: 'part', title: 'Part', blocks }] };
}

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

/** A table of one row. */
export const table = (...cells: readonly string[]): Block => ({
  kind: 'table',
  table: {
    caption: 'All of it',
    columns: cells.map((_, index) => ({ title: `column ${index}`, align: index === 0 ? 'left' : 'right' })),
    rows: [cells],
  },
});

/** A figure of one panel, which shows a name. */
export const figure = (name: string): Extract<Block, { kind: 'figure' }> => ({
  kind: 'figure',
  figure: {
    id: 'dots',
    title: 'Where they lie.',
    description: name,
    panels: [
      {
        id: 'dots-1',
        title: name,
        specification: {
          data: { values: [{ name, value: 1 }] },
          mark: 'point',
          encoding: { x: { field: 'value', type: 'quantitative' }, y: { field: 'name', type: 'nominal' } },
        },
      },
    ],
    table: { caption: 'Numbers', columns: [{ title: 'name', align: 'left' }], rows: [[name]] },
  },
});

/** What names of runs and files may contain. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '</style></svg><img src=x onerror=alert(1)>',
  "\"><b onclick='x'>&lt;",
  '[link](javascript:alert(1)) ![image](http://elsewhere.example/x.png)',
  '**bold** _it_ `code` ~~gone~~ $x$ <!-- hidden -->',
  '# heading',
  '- item',
  '1. item',
  '| cell | cell |',
  'line\nbreak\r\nand\u2028more',
  '\u001b[31mred\u0007 \u202eright to left \ud800',
] as const;

/** What readers do not see, terminals obey and XML has no place for; lines may end. */
export const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Cs}]/u;
