import 'vega';

// Its types leave out what says how wide a text is.
declare module 'vega' {
  interface TextItem {
    readonly fontSize?: number;
    /** In pixels; a wider text is cut. */
    readonly limit?: number;
  }
  export const textMetrics: { width: (item: TextItem, text: unknown) => number };
}
