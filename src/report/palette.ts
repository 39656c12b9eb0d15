/**
 * The colours of pages and figures by name, on light and on dark ground. The series are those of Okabe and Ito (Color
 * Universal Design, 2008), made darker or lighter until they stand out from the ground (3 : 1 and more, WCAG 2.2,
 * 1.4.11); lines are told apart by their dashes besides.
 */
const COLORS = {
  surface: { light: '#ffffff', dark: '#16181c' },
  ink: { light: '#1b1d21', dark: '#e8e9eb' },
  muted: { light: '#565b63', dark: '#a9afb9' },
  grid: { light: '#dfe2e6', dark: '#33373e' },
  'series-1': { light: '#0072b2', dark: '#56b4e9' },
  'series-2': { light: '#d55e00', dark: '#ff8f4a' },
  'series-3': { light: '#00815e', dark: '#2fc796' },
  'series-4': { light: '#a8528a', dark: '#e39ac7' },
  'series-5': { light: '#8a6a00', dark: '#f0c24b' },
  'series-6': { light: '#2d8fc4', dark: '#9ad0f0' },
  'series-7': { light: '#5b5f66', dark: '#c4c8cf' },
  'series-8': { light: '#7a3f00', dark: '#c98f5a' },
} as const;

export type ColorName = keyof typeof COLORS;

const names = Object.entries(COLORS);

/** The colour of the palette in CSS, and in drawings. */
export function color(name: ColorName): string {
  return `var(--${name})`;
}

/** Of a series by its number, from 0; beyond the eighth they begin again. */
export function seriesColor(index: number): string {
  return `var(--series-${(index % 8) + 1})`;
}

/** The palette as CSS, as the reader's system has it: light or dark. */
export function paletteStyle(selector: string): string {
  const values = (theme: 'light' | 'dark'): string =>
    names.map(([name, shades]) => `--${name}: ${shades[theme]};`).join(' ');
  return `${selector} { ${values('light')} }
@media (prefers-color-scheme: dark) { ${selector} { ${values('dark')} } }`;
}

/** A drawing in the light colours, for a file of its own. */
export function inLight(svg: string): string {
  return names.reduce((text, [name, { light }]) => text.replaceAll(`var(--${name})`, light), svg);
}
