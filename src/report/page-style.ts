import { paletteStyle } from './palette.js';

/**
 * How the page looks: one column to read, light or dark as the reader's system is, and printable. A table that is wider
 * than the page scrolls, and has a shadow on the side where more of it is.
 */
export const PAGE_STYLE = `
${paletteStyle(':root')}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, sans-serif; color: var(--ink); background: var(--surface); -webkit-text-size-adjust: 100%; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1rem 0 0.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.5rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--grid); }
p, ul, figure, pre, .wide { margin: 0 0 1rem; }
p, li, figcaption { overflow-wrap: anywhere; }
header p { font-size: 1.1rem; }
ul { padding-left: 1.2rem; }
li { margin-bottom: 0.35rem; }
a { color: inherit; text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--series-1); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; background: var(--surface); padding: 0.5rem; }
.skip:focus { left: 0.5rem; }
nav ol { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin: 1rem 0 0; padding: 0; }
nav a { display: inline-block; padding: 0.25rem 0; }
.wide {
  overflow-x: auto; background: no-repeat;
  background-image: linear-gradient(to right, var(--surface) 40%, transparent), linear-gradient(to left, var(--surface) 40%, transparent),
    linear-gradient(to right, var(--grid), transparent), linear-gradient(to left, var(--grid), transparent);
  background-position: left, right, left, right; background-size: 2rem 100%, 2rem 100%, 1rem 100%, 1rem 100%;
  background-attachment: local, local, scroll, scroll;
}
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 0.35rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--grid); }
td.number { white-space: nowrap; }
thead th { vertical-align: bottom; }
tbody th { font-weight: normal; min-width: 7rem; }
.number { text-align: right; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0.75rem; border: 1px solid var(--grid); border-radius: 4px; font-size: 0.875rem; }
figure { padding: 0; }
figcaption { margin-bottom: 0.5rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); gap: 1rem; }
.panels svg { display: block; width: 100%; max-width: 29rem; height: auto; }
summary { cursor: pointer; color: var(--muted); padding: 0.25rem 0; }
details .wide { max-height: 24rem; overflow: auto; }
@media print {
  body { max-width: none; padding: 0; }
  nav, .skip, details { display: none; }
  .wide { overflow: visible; background: none; }
  .panels svg, tr { break-inside: avoid; }
  h2, figcaption { break-after: avoid; }
}
`.trim();
