import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { writeAtomically } from '../../src/record/files.js';
import { csvRecorder } from '../../src/record/recorders.js';
import { epochEvent, runStarted, stepEvent, temporaryFolder, userErrorOf } from './helpers.js';
import { typescriptArguments } from '../support/typescript-child.js';

describe('a disk that is full', () => {
  it.skipIf(!existsSync('/dev/full'))('names the file and --resume when the disk is full', async () => {
    const folder = await temporaryFolder();
    const recorder = csvRecorder(folder, { everySteps: 1 });
    await recorder.on(runStarted());
    for (const name of ['steps.csv', 'gradients.csv', 'metrics.csv']) {
      const path = join(folder, name);
      const header = await readFile(path, 'utf8');
      await rm(path);
      await symlink('/dev/full', path);
      const event = name === 'steps.csv' ? stepEvent(1) : epochEvent(1);
      const error = await userErrorOf(Promise.resolve(recorder.on(event)), 'io');
      expect(error.message).toContain(path);
      expect(error.message).toContain('ENOSPC');
      expect(error.message).toContain('--resume');
      await rm(path);
      await writeFile(path, header);
    }
  });

  it.skipIf(process.platform === 'win32')('takes back rows that were written in part', async () => {
    const folder = await temporaryFolder();
    // No file of this process may grow beyond a block or two: the write that meets the limit is cut short.
    const child = join(import.meta.dirname, 'full-disk-child.ts');
    const command = [
      '-c',
      'ulimit -f 2; exec "$@"',
      'sh',
      process.execPath,
      ...typescriptArguments,
      child,
      folder,
    ];
    const { stdout } = await promisify(execFile)('sh', command);
    expect(stdout).toContain(`${join(folder, 'gradients.csv')}: could not be written: EFBIG`);
    const lines = (await readFile(join(folder, 'gradients.csv'), 'utf8')).split('\n');
    expect(lines.at(-1)).toBe('');
    expect(lines.at(-2)).toMatch(/^\d+,global,432,-1.5e-7,0.6666666666666666,/);
    expect(lines.length).toBeGreaterThan(4);
    expect((lines.length - 2) % 2).toBe(0);
  });

  it('leaves the old file and nothing else when a file cannot be replaced', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'x'.repeat(250));
    await writeFile(file, 'old');
    // The name is allowed, but not with what an atomic write adds to it.
    const error = await userErrorOf(writeAtomically(file, 'new'), 'io');
    expect(error.message).toContain(file);
    expect(await readdir(folder)).toEqual(['x'.repeat(250)]);
    expect(await readFile(file, 'utf8')).toBe('old');
  });
});
