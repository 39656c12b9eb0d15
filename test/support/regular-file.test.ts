import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readRegularFile } from '../../src/support/regular-file.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gan-bench-regular-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('readRegularFile', () => {
  it('reads a file up to the limit, and says how large a larger one is', async () => {
    const file = path.join(folder, 'five');
    await writeFile(file, 'abcde');
    expect((await readRegularFile(file, 5)).toString()).toBe('abcde');
    await expect(readRegularFile(file, 4)).rejects.toThrow('it has 5 bytes or more, at most 4 are read');
  });

  it('reads an empty file', async () => {
    const file = path.join(folder, 'empty');
    await writeFile(file, '');
    expect(await readRegularFile(file, 10)).toHaveLength(0);
  });

  it('does not wait for a pipe without a writer', async () => {
    const file = path.join(folder, 'pipe');
    execFileSync('mkfifo', [file]);
    await expect(readRegularFile(file, 10)).rejects.toThrow('it is a pipe, not a file');
  });

  it.runIf(process.platform === 'linux')(
    'refuses devices, and reads files whose size the system does not know',
    async () => {
      await expect(readRegularFile('/dev/zero', 10)).rejects.toThrow('it is a device, not a file');
      expect((await readRegularFile('/proc/self/status', 1e6)).toString()).toContain('Pid:');
      await expect(readRegularFile('/proc/self/status', 3)).rejects.toThrow('it has 4 bytes or more');
    },
  );

  it('names a folder as one and passes on what the system says', async () => {
    await expect(readRegularFile(folder, 10)).rejects.toThrow('it is a folder, not a file');
    await expect(readRegularFile(path.join(folder, 'none'), 10)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
