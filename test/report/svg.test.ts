import { describe, expect, it } from 'vitest';
import { drawPanel, svgFile } from '../../src/report/svg.js';
import { figure, HOSTILE, INVISIBLE } from './documents.js';

async function drawn(name: string): Promise<string> {
  const [panel] = figure(name).figure.panels;
  if (panel === undefined) throw new Error('there is no panel');
  return await drawPanel(panel, name);
}

describe('drawPanel', () => {
  it('says what is drawn, and draws the same twice', async () => {
    const svg = await drawn('gan');
    expect(svg).toMatch(
      /^<svg role="img" aria-labelledby="dots-1-title" aria-describedby="dots-1-desc" .*<title id="dots-1-title">gan<\/title><desc id="dots-1-desc">gan<\/desc>/s,
    );
    expect(await drawn('gan')).toBe(svg);
  });

  it('takes names for text, whatever they contain', async () => {
    const tags = (svg: string): string[] => [...svg.matchAll(/<(\/?[a-z!]\w*)/g)].map(([, tag = '']) => tag);
    const svg = await drawn(HOSTILE.join(' '));
    expect(tags(svg)).toEqual(tags(await drawn('gan')));
    expect(svg).not.toMatch(INVISIBLE);
  });
});

describe('svgFile', () => {
  it('has colours of its own, on white', async () => {
    const file = svgFile(await drawn('gan'));
    expect(file).not.toContain('var(--');
    expect(file).toContain('<rect width="100%" height="100%" fill="#ffffff"/>');
  });
});
