import type { Element, ElementContent, Root } from 'hast';
import { h } from 'hastscript';
import { toHtml } from 'hast-util-to-html';
// The type of raw nodes.
import type {} from 'mdast-util-to-hast';
import { visible } from '../support/text.js';
import type { Block, DataTable, Figure, ReportDocument, Section } from './document.js';
import { PAGE_STYLE } from './page-style.js';
import { plain } from './plain.js';

/** Nothing is loaded, and nothing runs, whatever the names of runs contain. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The SVG element of each panel, by its id. */
type Drawings = ReadonlyMap<string, string>;

/** One HTML file that shows everything and needs nothing else. */
export function reportHtml(document: ReportDocument, drawings: Drawings): string {
  const page: Root = h(null, [
    { type: 'doctype' },
    h('html', { lang: 'en' }, [
      h('head', [
        h('meta', { charSet: 'utf-8' }),
        h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        h('meta', { httpEquiv: 'Content-Security-Policy', content: POLICY }),
        h('meta', { name: 'color-scheme', content: 'light dark' }),
        h('title', plain(document.title)),
        h('style', PAGE_STYLE),
      ]),
      h('body', [
        h('a.skip', { href: '#main' }, 'Skip to the report'),
        h('header', [h('h1', plain(document.title)), h('p', prose(document.summary))]),
        contents(document.sections),
        h(
          'main#main',
          document.sections.map((section) => sectionElement(section, drawings)),
        ),
      ]),
    ]),
  ]);
  return `${toHtml(page, { allowDangerousHtml: true })}\n`;
}

function contents(sections: readonly Section[]): Element {
  const links = sections.map(({ id, title }) => h('li', h('a', { href: `#${id}` }, title)));
  return h('nav', { ariaLabel: 'Contents' }, h('ol', links));
}

function sectionElement({ id, title, blocks }: Section, drawings: Drawings): Element {
  return h('section', { id, ariaLabelledBy: `${id}-title` }, [
    h('h2', { id: `${id}-title` }, title),
    ...blocks.map((block) => blockElement(block, drawings)),
  ]);
}

function blockElement(block: Block, drawings: Drawings): Element {
  switch (block.kind) {
    case 'paragraph':
      return h('p', prose(block.text));
    case 'list':
      return h(
        'ul',
        block.items.map((item) => h('li', prose(item))),
      );
    case 'table':
      return tableElement(block.table);
    case 'figure':
      return figureElement(block.figure, drawings);
    case 'code':
      return h('pre', h('code', visible(block.text)));
  }
}

function tableElement({ caption, columns, rows }: DataTable): Element {
  const cell = (text: string, index: number): Element => {
    const className = classOf(columns[index]);
    return index === 0
      ? h('th', { scope: 'row', className }, plain(text))
      : h('td', { className }, plain(text));
  };
  const heads = columns.map((column) =>
    h('th', { scope: 'col', className: classOf(column) }, plain(column.title)),
  );
  const body = rows.map((row) => h('tr', row.map(cell)));
  const table = h('table', [h('caption', plain(caption)), h('thead', h('tr', heads)), h('tbody', body)]);
  // A wide table scrolls by itself, with the keyboard too.
  return h('div.wide', { role: 'group', ariaLabel: plain(caption), tabIndex: 0 }, table);
}

/** Sentences, in which `95 %` and `n = 5` stay on one line. */
function prose(text: string): string {
  return plain(text).replaceAll(/(?<=\d) %|(?<=\b[np]) [=<] (?=\d)/g, (part) =>
    part.replaceAll(' ', '\u00a0'),
  );
}

function classOf(column: DataTable['columns'][number] | undefined): string | undefined {
  return column?.align === 'right' ? 'number' : undefined;
}

function figureElement(figure: Figure, drawings: Drawings): Element {
  const panels = figure.panels.map(({ id }): ElementContent => ({
    type: 'raw',
    value: drawings.get(id) ?? '',
  }));
  return h('figure', { id: figure.id }, [
    h('figcaption', [h('strong', plain(figure.title)), ' ', prose(figure.description)]),
    h('div.panels', panels),
    h('details', [h('summary', 'The numbers of this figure'), tableElement(figure.table)]),
  ]);
}
