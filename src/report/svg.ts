import { s } from 'hastscript';
import { toHtml } from 'hast-util-to-html';
import { parse, textMetrics, View } from 'vega';
import { compile } from 'vega-lite';
import { visible } from '../support/text.js';
import type { Panel } from './document.js';
import { inLight } from './palette.js';
import { plain } from './plain.js';

/** Of a letter of a system's font, on average, as a share of its size. */
const LETTER = 0.57;

// Without a browser vega takes letters to be wider than they are, and leaves too little room for what is drawn.
textMetrics.width = (item, text) => {
  const { limit = 0, fontSize = 11 } = item;
  const width = LETTER * fontSize * String(text).trim().length;
  return limit > 0 ? Math.min(width, limit) : width;
};

/**
 * Draws a panel as an SVG element whose colours are those of the page it stands in. It has a title and a description for
 * those who cannot see it, and its ids are its own.
 */
export async function drawPanel({ id, title, specification }: Panel, description: string): Promise<string> {
  const view = new View(parse(compile(specification).spec), { renderer: 'none' });
  // What may not be in XML makes a file unreadable.
  const svg = rounded(visible(await view.toSVG()));
  view.finalize();
  const words = [
    s('title', { id: `${id}-title` }, plain(title)),
    s('desc', { id: `${id}-desc` }, plain(description)),
  ];
  const attributes = `role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc"`;
  return ownIds(svg, id).replace(/^<svg ([^>]*)>/, (_, drawn: string) => {
    return `<svg ${attributes} ${drawn}>${toHtml(words, { space: 'svg' })}`;
  });
}

/** The same as the content of a file of its own: on white, whatever reads it. */
export function svgFile(drawing: string): string {
  const ground = '<rect width="100%" height="100%" fill="var(--surface)"/>';
  return `${inLight(drawing.replace('</desc>', `</desc>${ground}`))}\n`;
}

/** Where something is, to a hundredth of a pixel: the rest is never seen, and makes half of a file. */
function rounded(svg: string): string {
  return svg.replaceAll(/ (?:d|transform)="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2)))),
  );
}

/** Vega numbers what it clips through all its drawings: here from 1, and named after the panel. */
function ownIds(svg: string, id: string): string {
  const numbers = new Map<string, number>();
  const own = (found: string): string => {
    const number = numbers.get(found) ?? numbers.size + 1;
    numbers.set(found, number);
    return `${id}-${number}`;
  };
  return svg
    .replaceAll(/\bid="([^"]+)"/g, (_, found: string) => `id="${own(found)}"`)
    .replaceAll(/url\(#([^)"]+)\)/g, (_, found: string) => `url(#${own(found)})`);
}
