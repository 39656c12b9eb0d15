import type * as FileSystem from 'node:fs/promises';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { lockRunDirectory, type RunLock } from '../../src/record/lock.js';
import { temporaryFolder, userErrorOf } from './helpers.js';

/** What others do between a starter's look at the folder and the making of its lock; once. */
let meanwhile: (() => Promise<void>) | undefined;

vi.mock('node:fs/promises', async (load) => {
  const actual = await load<typeof FileSystem>();
  const link: typeof actual.link = async (...paths) => {
    const others = meanwhile;
    meanwhile = undefined;
    await others?.();
    await actual.link(...paths);
  };
  return { ...actual, link };
});

/** Makes the newest lock in the folder that of a process which is gone. */
async function leaveDead(folder: string): Promise<void> {
  const newest =
    (await readdir(folder))
      .filter((name) => /^run\.lock\.\d+$/.test(name))
      .sort()
      .at(-1) ?? '';
  const owner: unknown = JSON.parse(await readFile(join(folder, newest), 'utf8'));
  await writeFile(
    join(folder, 'dead'),
    JSON.stringify({ ...Object(owner), pid: 2 ** 30, token: 'of another process' }),
  );
  await rename(join(folder, 'dead'), join(folder, newest));
}

describe('a starter that is slow to make its lock', () => {
  beforeEach(() => {
    meanwhile = undefined;
  });

  async function expectRefused(folder: string, holder: () => RunLock | undefined): Promise<void> {
    const error = await userErrorOf(lockRunDirectory(folder), 'io');
    expect(error.message).toContain('in use by this very process');
    expect(meanwhile).toBeUndefined();
    await holder()?.release();
    expect(await readdir(folder)).toEqual([]);
  }

  it('is refused when another one took the folder', async () => {
    const folder = await temporaryFolder();
    let holder: RunLock | undefined;
    meanwhile = async () => {
      holder = await lockRunDirectory(folder);
    };
    await expectRefused(folder, () => holder);
  });

  it('is refused when another one took over the dead lock that both saw', async () => {
    const folder = await temporaryFolder();
    await lockRunDirectory(folder);
    await leaveDead(folder);
    let holder: RunLock | undefined;
    meanwhile = async () => {
      holder = await lockRunDirectory(folder);
    };
    await expectRefused(folder, () => holder);
  });

  it('is refused when one took the folder and died, and another one took over', async () => {
    const folder = await temporaryFolder();
    let holder: RunLock | undefined;
    meanwhile = async () => {
      await lockRunDirectory(folder);
      await leaveDead(folder);
      holder = await lockRunDirectory(folder);
      expect(await readdir(folder)).toContain('run.lock.2');
      expect(await readdir(folder)).not.toContain('run.lock.1');
    };
    await expectRefused(folder, () => holder);
  });

  it('is refused when the dead lock it saw was taken over, given back, and the folder taken anew', async () => {
    const folder = await temporaryFolder();
    await lockRunDirectory(folder);
    await leaveDead(folder);
    let holder: RunLock | undefined;
    meanwhile = async () => {
      await (await lockRunDirectory(folder)).release();
      holder = await lockRunDirectory(folder);
      expect(await readdir(folder)).toContain('run.lock.1');
    };
    await expectRefused(folder, () => holder);
  });

  it('wins when the others are gone again', async () => {
    const folder = join(await temporaryFolder(), 'seed-1');
    await mkdir(folder);
    meanwhile = async () => {
      await (await lockRunDirectory(folder)).release();
      await lockRunDirectory(folder);
      await leaveDead(folder);
    };
    const lock = await lockRunDirectory(folder);
    expect(await readdir(folder)).toEqual(['run.lock.2']);
    await lock.release();
  });
});
