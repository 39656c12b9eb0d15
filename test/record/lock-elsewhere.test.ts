import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockHolder, lockRunDirectory, type LockOptions } from '../../src/record/lock.js';
import { temporaryFolder, userErrorOf } from './helpers.js';
import { ask, locksIn, startChild, writeLock } from './locks.js';

const elsewhere = { host: 'node7', pid: 99, place: 'another-boot:pid:[1]' };

/** Waits for signs of life of a holder on another machine, noting what is told. */
function waiting(looks: number, onWait: (text: string) => void = () => undefined) {
  const told: string[] = [];
  const controller = new AbortController();
  const wait = {
    signal: controller.signal,
    onWait: (text: string) => {
      told.push(text);
      onWait(text);
    },
  };
  const timing = { beatMilliseconds: 20, lookMilliseconds: 20, looks };
  return { told, controller, options: { wait, timing } satisfies LockOptions };
}

/** Makes a lock say that its holder is where it cannot be seen from here. As long as before: the holder may be writing. */
async function moveElsewhere(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/("place": ")./, '$1?'), { flag: 'r+' });
}

describe('a lock of another machine', () => {
  it('is refused at once by a starter that does not wait', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, elsewhere);
    const error = await userErrorOf(lockRunDirectory(folder), 'io');
    expect(error.message).toMatch(/is in use by process 99 on the machine "node7" since .*--resume/);
    expect(await locksIn(folder)).toEqual(['run.lock.1']);
  });

  it('is taken over when it is silent, after saying what is waited for', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, elsewhere);
    const { told, options } = waiting(50);
    const lock = await lockRunDirectory(folder, options);
    expect(told).toEqual([
      `waiting up to 1 s to see whether process 99 on the machine "node7" still works in ${folder}`,
    ]);
    expect(await locksIn(folder)).toEqual(['run.lock.2']);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a machine of the same name', { place: 'another-boot:pid:[1]' }],
    ['a place that the system did not tell', { place: null }],
    ['a process whose number is free here', { place: 'another-boot:pid:[1]', pid: 2 ** 30 }],
  ])('is not taken over at once where it is of %s', async (_, changes) => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, { host: hostname(), ...changes });
    await userErrorOf(lockRunDirectory(folder), 'io');
    expect(await lockHolder(folder)).toMatchObject({ host: hostname(), isHere: false });
  });

  it('leaves nothing behind by a starter that is told to stop', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, elsewhere);
    const { controller, options } = waiting(1000, () => {
      controller.abort();
    });
    const error: unknown = await lockRunDirectory(folder, options).catch((reason: unknown) => reason);
    expect(error).toBe(controller.signal.reason);
    expect(await readdir(folder)).toEqual(['run.lock.1']);
  });

  it('keeps its holder when that is busy with one long step', async () => {
    const folder = await temporaryFolder();
    const end = join(await temporaryFolder(), 'end');
    const child = await startChild();
    expect(await ask(child, `lock ${folder}`)).toBe('locked');
    expect(await ask(child, `block ${end}`)).toBe('blocking');
    await moveElsewhere(join(folder, 'run.lock.1'));
    const { told, options } = waiting(3000);
    const error = await userErrorOf(lockRunDirectory(folder, options), 'io');
    expect(error.message).toContain(`process ${String(child.pid)} on the machine "${hostname()}"`);
    expect(error.message).toContain('gives signs of life');
    expect(told).toHaveLength(1);
    await writeFile(end, '');
    expect(await ask(child, 'confirm')).toBe('confirmed');
    expect((await lockHolder(folder))?.beatAt).toMatch(/^\d{4}-.*Z$/);
  });

  it('is lost to a holder that was stopped for too long, which then learns of it', async () => {
    const folder = await temporaryFolder();
    const child = await startChild();
    expect(await ask(child, `lock ${folder}`)).toBe('locked');
    await moveElsewhere(join(folder, 'run.lock.1'));
    child.kill('SIGSTOP');
    const lock = await lockRunDirectory(folder, waiting(20).options);
    child.kill('SIGCONT');
    const answer = await ask(child, 'confirm');
    expect(answer).toContain(`process ${process.pid} on the machine "${hostname()}" took the folder over`);
    expect(await ask(child, 'release')).toBe('released');
    expect(await locksIn(folder)).toEqual(['run.lock.2']);
    await lock.confirm();
    await lock.release();
  });
});

it('is told to a holder that its lock was deleted', async () => {
  const folder = await temporaryFolder();
  const lock = await lockRunDirectory(folder);
  await lock.confirm();
  await rm(join(folder, 'run.lock.1'));
  const error = await userErrorOf(lock.confirm(), 'io');
  expect(error.message).toContain(`its lock ${join(folder, 'run.lock.1')} is gone`);
});
