import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareRunDirectory, readRunConfig, runDirectory, runPaths } from '../../src/record/directory.js';
import { temporaryFolder, userErrorOf } from './helpers.js';

describe('runDirectory', () => {
  it('is one folder per seed under the experiment', () => {
    const directory = runDirectory('results', 'resnet20-gan', 42);
    expect(directory).toBe(join('results', 'resnet20-gan', 'seed-42'));
    expect(runPaths(directory).metrics).toBe(join(directory, 'metrics.csv'));
    expect(runPaths(directory).checkpoints).toBe(join(directory, 'checkpoints'));
  });
});

describe('prepareRunDirectory', () => {
  it('makes the folder with the resolved configuration', async () => {
    const directory = runDirectory(await temporaryFolder(), 'smoke', 1);
    expect(await prepareRunDirectory(directory, { epochs: 2 }, { resume: false })).toEqual({
      existing: false,
    });
    expect(await readFile(join(directory, 'config.json'), 'utf8')).toBe('{\n  "epochs": 2\n}\n');
    expect(await readRunConfig(directory)).toEqual({ epochs: 2 });
  });

  it.each(['config.json', 'manifest.json', 'metrics.csv', 'checkpoints'])(
    'refuses to start over a run that left its %s, naming the ways out',
    async (name) => {
      const directory = await temporaryFolder();
      await mkdir(join(directory, name));
      const error = await userErrorOf(prepareRunDirectory(directory, {}, { resume: false }), 'usage');
      expect(error.message).toContain(directory);
      for (const fix of ['--resume', '--out', 'name', 'delete']) expect(error.message).toContain(fix);
    },
  );

  it('is not stopped by a lock, and clears away what a killed process left half-written', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'run.lock.1'), '{}');
    await writeFile(join(directory, 'config.json.6e5ba7e2-7b3c-4a2e-9a59-0f5d4bb6f1aa.tmp'), '{"ep');
    await prepareRunDirectory(directory, {}, { resume: false });
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'run.lock.1']);
  });

  it('keeps the configuration that a resumed run began with', async () => {
    const directory = await temporaryFolder();
    await prepareRunDirectory(directory, { epochs: 2 }, { resume: false });
    expect(await prepareRunDirectory(directory, { epochs: 3 }, { resume: true })).toEqual({ existing: true });
    expect(await readRunConfig(directory)).toEqual({ epochs: 2 });
  });

  it('starts from nothing with --resume where there is no run', async () => {
    const directory = join(await temporaryFolder(), 'new');
    expect(await prepareRunDirectory(directory, { epochs: 3 }, { resume: true })).toEqual({
      existing: false,
    });
    expect(await readRunConfig(directory)).toEqual({ epochs: 3 });
  });

  it('names the folder that cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const directory = join(file, 'seed-1');
    const error = await userErrorOf(prepareRunDirectory(directory, {}, { resume: false }), 'io');
    expect(error.message).toContain(directory);
  });
});

describe('readRunConfig', () => {
  it('names the file that is not JSON', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'config.json'), '{"epochs"');
    const error = await userErrorOf(readRunConfig(directory), 'io');
    expect(error.message).toContain(`${join(directory, 'config.json')}: is not valid JSON`);
  });
});
