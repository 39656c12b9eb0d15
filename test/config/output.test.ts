import { describe, expect, it } from 'vitest';
import { complaints, folderWith } from './folder.js';

describe('a path or name that no system takes', () => {
  it.each([
    ['output', 'a\0b', 'a path without NUL characters'],
    ['name', 'a\0b', '1 to 100 letters, digits'],
  ])('is refused as %s', async (key, value, allowed) => {
    const folder = await folderWith({ 'c.json': { model: 'resnet20', [key]: value } });
    const [line, ...others] = await complaints(folder, 'c.json');
    expect(others).toEqual([]);
    expect(line).toContain(`: ${key}: found "a\\u0000b"; allowed: ${allowed}`);
  });

  it('is refused as --out', async () => {
    const folder = await folderWith({ 'c.json': { model: 'resnet20' } });
    expect(await complaints(folder, 'c.json', { output: 'a\0b' })).toEqual([
      '--out: output: found "a\\u0000b"; allowed: a path without NUL characters',
    ]);
  });
});
