import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import type { Command, RunCommand } from '../../src/setup/command.js';
import { provideDawn } from '../../src/setup/dawn.js';
import type { Progress } from '../../src/setup/progress.js';
import { dawnFile, dawnFolder, dawnVersion } from '../../src/tensor/webgpu/dawn.js';

const progress: Progress = {
  isTerminal: false,
  stage: async (_, work) => await work(),
  note: () => undefined,
};

let root: string;
let ran: Command[];

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-setup-dawn-'));
  ran = [];
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** npm that fetches something else. */
const npm: RunCommand = async (command) => {
  ran.push(command);
  await writeFile(path.join(command.cwd ?? '', `webgpu-${dawnVersion}.tgz`), 'another package');
  return { ok: true, output: '' };
};

const provide = async (run: RunCommand, force = false) => {
  await provideDawn({ cache: new Cache(root), progress, run }, force);
};

describe('provideDawn', () => {
  it('refuses a package that is not the one that it knows, and unpacks nothing of it', async () => {
    await expect(provide(npm)).rejects.toThrow(/^webgpu .+ has the SHA-512 .+, expected is /);
    expect(ran.map(({ file }) => file)).toEqual(['npm']);
    expect(existsSync(path.join(root, dawnFolder()))).toBe(false);
  });

  it('tells why npm cannot fetch it, and what to look at', async () => {
    const offline: RunCommand = () => Promise.resolve({ ok: false, output: 'npm error code ENOTFOUND' });
    await expect(provide(offline)).rejects.toThrow(/npm error code ENOTFOUND/);
    await expect(provide(offline)).rejects.toHaveProperty(
      'advice',
      'Look at the network, or npm’s registry setting.',
    );
  });

  it('takes what is there, unchanged, unless told otherwise', async () => {
    await new Cache(root).folder(dawnFolder(), async (folder) => {
      await writeFile(path.join(folder, dawnFile), 'Dawn');
    });
    await provide(npm);
    expect(ran).toEqual([]);
    await writeFile(path.join(root, dawnFolder(), dawnFile), 'changed');
    await expect(provide(npm)).rejects.toThrow('SHA-512');
  });

  it('fetches it anew when told to', async () => {
    await new Cache(root).folder(dawnFolder(), async (folder) => {
      await writeFile(path.join(folder, dawnFile), 'Dawn');
    });
    await expect(provide(npm, true)).rejects.toThrow('SHA-512');
    expect(existsSync(path.join(root, dawnFolder(), dawnFile))).toBe(true);
  });
});
