import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readRunConfig, runPaths } from '../../src/record/directory.js';
import { readCsv } from './results.js';
import { ganBench, smallest, temporaryFolder, writeConfig } from './support.js';

const TIMEOUT = 120_000;

async function runWith(optimizer: object) {
  const out = await temporaryFolder();
  const config = await writeConfig(out, { ...smallest, optimizer });
  const args = ['run', config, '--backend', 'wasm', '--offline', '--out', out];
  const ended = await ganBench(args);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return { args, directory: path.join(out, 'tiny', 'seed-7') };
}

it(
  'optimizer.eligible: all has a row of gradients.csv for each tensor, and no other value goes on with the run',
  { timeout: TIMEOUT },
  async () => {
    const { args, directory } = await runWith({ gradient: 'gan', eligible: 'all' });
    const rows = await readCsv(runPaths(directory).gradients);
    const layers = rows.map(({ layer }) => layer);
    // 20 kernels, scale and offset of 19 norms, the bias of the head, and all together.
    expect(layers).toHaveLength(20 + 2 * 19 + 1 + 1);
    expect(layers.slice(0, 3)).toEqual(['stem.conv.kernel', 'stem.norm.scale', 'stem.norm.offset']);
    expect(layers.slice(-2)).toEqual(['head.bias', 'global']);
    expect(rows.at(-1)?.['elements']).toBe('275572');

    const other = await ganBench([...args, '--set', 'optimizer.eligible=matrices', '--resume']);
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain('optimizer.eligible: was "all", now "matrices"');
  },
);

it('a run that is older than the key goes on with its default', { timeout: TIMEOUT }, async () => {
  const { args, directory } = await runWith({ gradient: 'gan' });
  const stored = await readFile(runPaths(directory).config, 'utf8');
  expect(stored).toContain('"eligible": "matrices"');
  await writeFile(runPaths(directory).config, stored.replace(/ *"eligible": "matrices",\n/, ''));
  expect(await readRunConfig(directory)).not.toHaveProperty('optimizer.eligible');
  const ended = await ganBench([...args, '--resume']);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(await ganBench([...args, '--set', 'optimizer.eligible=all', '--resume'])).toMatchObject({ code: 2 });
});
