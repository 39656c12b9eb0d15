import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFrozen, writeFrozen } from '../../src/sweep/frozen.js';
import type { Sweep } from '../../src/sweep/sweep.js';
import { folderWith } from '../config/folder.js';
import { sweepOf } from './sweep-file.js';

async function someSweep(): Promise<Sweep> {
  const output = await folderWith({});
  return await sweepOf({
    base: { model: 'resnet20', dataset: { name: 'cifar100-mini' }, batchSize: 50 },
    grid: {
      optimizer: ['adamw', { gradient: 'gan', gan: { autoscale: false } }],
      'regularization.cutmix': [null, 1],
    },
    seeds: [1, 2],
    slurm: { partition: 'low', extra: { nice: true } },
    output,
  });
}

describe('sweep.json', () => {
  it('is the sweep again when it is read', async () => {
    const sweep = await someSweep();
    const file = await writeFrozen(sweep);
    expect(file).toBe(join(sweep.directory, 'sweep.json'));
    expect(await readFrozen(file)).toStrictEqual(sweep);
  });

  it('says what was run', async () => {
    const sweep = await someSweep();
    const content: unknown = JSON.parse(await readFile(await writeFrozen(sweep), 'utf8'));
    expect(content).toMatchObject({
      version: 1,
      name: 'study',
      file: sweep.file,
      definition: { grid: { 'regularization.cutmix': [null, 1] }, seeds: [1, 2], retries: 1 },
      members: [
        {
          name: 'adamw',
          seed: 1,
          settings: [{ path: ['optimizer'], value: 'adamw' }, {}],
          config: { model: 'resnet20' },
        },
        ...Array.from({ length: 7 }, () => ({})),
      ],
    });
  });

  it('may be moved with its folder', async () => {
    const sweep = await someSweep();
    await writeFrozen(sweep);
    const moved = join(dirname(sweep.directory), 'moved');
    await rename(sweep.directory, moved);
    const { directory, members } = await readFrozen(join(moved, 'sweep.json'));
    expect(directory).toBe(moved);
    expect(members[0]).toMatchObject({
      directory: join(moved, 'adamw', 'seed-1'),
      config: { output: moved },
    });
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['is cut off', (text) => text.slice(0, 100), /sweep\.json: is not valid JSON/],
    [
      'is of another version',
      (text) => text.replace('"version": 1', '"version": 2'),
      /sweep\.json: .*version/,
    ],
    [
      'names a folder elsewhere',
      (text) => text.replaceAll('"name": "adamw"', '"name": "../up"'),
      /members\.0\.name/,
    ],
    [
      'has a wrong configuration',
      (text) => text.replaceAll('"resnet20"', '"resnet21"'),
      /members\.0\.config\.model/,
    ],
  ])('is refused when it %s', async (_, damage, message) => {
    const file = await writeFrozen(await someSweep());
    await writeFile(file, damage(await readFile(file, 'utf8')));
    await expect(readFrozen(file)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('is missed when it is not there', async () => {
    const file = join(await folderWith({}), 'sweep.json');
    await expect(readFrozen(file)).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('no such file') as unknown,
    });
  });
});
