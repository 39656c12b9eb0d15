import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, presetOr } from '../../src/config/index.js';
import { packageFolder } from '../../src/support/package.js';
import { folderWith } from './folder.js';

const configs = join(packageFolder(), 'configs');

describe('a preset', () => {
  it('is found by its name, of the kind that is asked for', async () => {
    expect(await presetOr('resnet56-gan', 'config')).toBe(join(configs, 'resnet56-gan.json'));
    expect(await presetOr('smoke', 'config', 'sweep')).toBe(join(configs, 'smoke.json'));
    expect(await presetOr('smoke', 'sweep')).toBe(join(configs, 'sweeps', 'smoke.yaml'));
    expect(await presetOr('mini', 'config', 'sweep')).toBe(join(configs, 'sweeps', 'mini.yaml'));
    expect(await presetOr('mini', 'config')).toBe('mini');
  });

  it.each(['./smoke', 'base/recipe', '../configs/smoke', 'smoke.json', 'mine.yaml', '', '.'])(
    'is no path: %j',
    async (path) => {
      expect(await presetOr(path, 'config')).toBe(path);
    },
  );

  it('gives way to what has its name here', async () => {
    // The tests run in the folder of the program, which has these two.
    expect(await presetOr('docs', 'config')).toBe('docs');
    await expect(loadConfig('docs')).rejects.toThrow(
      'docs: found the extension ""; allowed: .json, .yaml, .yml',
    );
  });

  it('trains like its file, and may be extended from anywhere', async () => {
    expect(await loadConfig('resnet20-gan')).toStrictEqual(
      await loadConfig(join(configs, 'resnet20-gan.json')),
    );
    const folder = await folderWith({
      'mine.yaml': 'extends: resnet20-gan\nepochs: 3\n',
      'beside.yaml': 'extends: resnet20-gan.json\n',
      'resnet20-gan.json': '{ "model": "vgg11bn" }',
      'same.yaml': 'extends: smoke\nepochs: 3\n',
    });
    // What has the name in the current folder does not matter, for it is not beside the file.
    const cwd = process.cwd();
    process.chdir(folder);
    try {
      await mkdir('elsewhere/smoke', { recursive: true });
      process.chdir('elsewhere');
      expect(await loadConfig(join(folder, 'same.yaml'))).toMatchObject({ model: 'resnet20', epochs: 3 });
    } finally {
      process.chdir(cwd);
    }
    const mine = await loadConfig(join(folder, 'mine.yaml'));
    expect(mine).toStrictEqual({ ...(await loadConfig('resnet20-gan')), name: 'mine', epochs: 3 });
    expect(await loadConfig(join(folder, 'beside.yaml'))).toMatchObject({ model: 'vgg11bn' });
  });

  it('that there is not is told with those that there are, and the one that was meant', async () => {
    await expect(loadConfig('resnet20-gam')).rejects.toThrow(
      /^resnet20-gam has a problem:\n {2}resnet20-gam: no such file, and no preset of that name; allowed: a JSON or YAML file, a preset \(.*resnet20-gan, .*\) or, of a sweep, .*mini, .*; did you mean "resnet20-gan"\?$/,
    );
  });
});
