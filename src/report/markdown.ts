import type { BlockContent, Root, RootContent, Table, Text } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import { visible } from '../support/text.js';
import type { Block, DataTable, Figure, ReportDocument } from './document.js';
import { plain } from './plain.js';

/** Where the SVG file of a panel is, from the report. */
export function panelFile(id: string): string {
  return `figures/${id}.svg`;
}

/** What GitHub takes for struck out, a formula, a link or a person, and CommonMark for text. */
const unsafe = [
  { character: '~', inConstruct: 'phrasing' },
  { character: '$', inConstruct: 'phrasing' },
  { character: '@', inConstruct: 'phrasing' },
  { character: ':', before: '[ps]', after: '\\/', inConstruct: 'phrasing' },
  { character: '.', before: '[Ww]', after: '[-.\\w]', inConstruct: 'phrasing' },
] as const;

/** The report as Markdown, its figures being files beside it. */
export function reportMarkdown({ title, summary, sections }: ReportDocument): string {
  const root: Root = {
    type: 'root',
    children: [
      heading(1, title),
      paragraph(summary),
      ...sections.flatMap((section) => [heading(2, section.title), ...section.blocks.flatMap(blockNodes)]),
    ],
  };
  return toMarkdown(root, {
    extensions: [gfmTableToMarkdown({ tablePipeAlign: false }), { unsafe: [...unsafe] }],
    bullet: '-',
  });
}

function blockNodes(block: Block): RootContent[] {
  switch (block.kind) {
    case 'paragraph':
      return [paragraph(block.text)];
    case 'list':
      return [
        {
          type: 'list',
          spread: false,
          children: block.items.map((item) => ({
            type: 'listItem',
            spread: false,
            children: [paragraph(item)],
          })),
        },
      ];
    case 'table':
      return [paragraph(block.table.caption), tableNode(block.table)];
    case 'figure':
      return figureNodes(block.figure);
    case 'code':
      return [{ type: 'code', value: visible(block.text) }];
  }
}

function figureNodes({ title, description, panels, table }: Figure): RootContent[] {
  return [
    {
      type: 'paragraph',
      children: [{ type: 'strong', children: [textNode(title)] }, textNode(' '), textNode(description)],
    },
    {
      type: 'paragraph',
      children: panels.map((panel) => ({
        type: 'image',
        url: panelFile(panel.id),
        alt: plain(`${title.replace(/\.$/, '')}: ${panel.title}`),
      })),
    },
    { type: 'html', value: '<details><summary>The numbers of this figure</summary>' },
    tableNode(table),
    { type: 'html', value: '</details>' },
  ];
}

function tableNode({ columns, rows }: DataTable): Table {
  const row = (cells: readonly string[]): Table['children'][number] => ({
    type: 'tableRow',
    children: cells.map((cell) => ({ type: 'tableCell', children: [textNode(cell)] })),
  });
  return {
    type: 'table',
    align: columns.map(({ align }) => align),
    children: [row(columns.map(({ title }) => title)), ...rows.map(row)],
  };
}

function heading(depth: 1 | 2, text: string): RootContent {
  return { type: 'heading', depth, children: [textNode(text)] };
}

function paragraph(text: string): BlockContent {
  return { type: 'paragraph', children: [textNode(text)] };
}

function textNode(value: string): Text {
  return { type: 'text', value: plain(value) };
}
