import type { TopLevelSpec } from 'vega-lite';

/** A report as its sections; how it looks as HTML or as Markdown is said where it is written so. */
export interface ReportDocument {
  readonly title: string;
  /** What the reader sees first, a line or two. */
  readonly summary: string;
  readonly sections: readonly Section[];
}

export interface Section {
  /** Of the report alone, of lower-case letters and hyphens: the target of links. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** Text is plain: nothing in it is markup, whoever wrote it. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: DataTable }
  | { readonly kind: 'figure'; readonly figure: Figure }
  /** Commands or a file, word for word. */
  | { readonly kind: 'code'; readonly text: string };

/** A table of texts as they are to be read. */
export interface DataTable {
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly align: 'left' | 'right' }[];
  /** A cell for each column. */
  readonly rows: readonly (readonly string[])[];
}

export interface Figure {
  /** Of the report alone. */
  readonly id: string;
  readonly title: string;
  /** For those who cannot see it: what is drawn, and what is to be seen. */
  readonly description: string;
  /** Drawings that stand side by side where there is room, else one below the other. */
  readonly panels: readonly Panel[];
  /** The numbers that it shows, thinned where they are many. */
  readonly table: DataTable;
}

export interface Panel {
  /** Of the report alone; also the name of its SVG file. */
  readonly id: string;
  readonly title: string;
  /** Colours are names of the palette, such as `var(--ink)`. */
  readonly specification: TopLevelSpec;
}
