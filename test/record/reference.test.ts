import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configDifferences, loadConfig } from '../../src/config/index.js';
import { readRunConfig } from '../../src/record/directory.js';
import { writeSummary } from '../../src/record/summary.js';
import { temporaryFolder } from './helpers.js';

/** The committed runs, and what results/reference/README.md says they were made with. */
const references = [
  ...['adamw', 'zscore', 'gan'].map((optimizer) => ({
    folder: `resnet20-5-epochs/resnet20-${optimizer}`,
    preset: `resnet20-${optimizer}`,
    set: ['epochs=5'],
  })),
  ...['float32', 'bfloat16'].map((precision) => ({
    folder: `precision-5-epochs/resnet20-gan-${precision}`,
    preset: 'resnet20-gan',
    set: ['epochs=5', `precision=${precision}`, `name=resnet20-gan-${precision}`],
  })),
];

describe.each(references)('the reference run $folder', ({ folder, preset, set }) => {
  const directory = join('results/reference', folder);

  it('is the experiment of its documented command', async () => {
    const config = await loadConfig(`configs/${preset}.json`, { set, seeds: [42], output: 'elsewhere' });
    expect(configDifferences(await readRunConfig(join(directory, 'seed-42')), config)).toEqual([]);
  });

  it('keeps its summary when the command is repeated', async () => {
    const copy = join(await temporaryFolder(), 'copy');
    await cp(directory, copy, { recursive: true });
    const config = await loadConfig(`configs/${preset}.json`, { set, seeds: [42] });
    await writeSummary(copy, { seeds: config.seeds, config });
    const name = 'summary.csv';
    expect(await readFile(join(copy, name), 'utf8')).toBe(await readFile(join(directory, name), 'utf8'));
  });
});
