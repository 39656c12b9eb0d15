import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../src/errors.js';
import { lockRunDirectory, type RunLock } from '../../src/record/lock.js';

/*
 * A process that takes and gives back locks at its parent's word: `lock <folder>` is answered by `locked` or the
 * message of the error, `confirm` by `confirmed` or that, `release` by `released`, `contend <folder> <file of a dead lock>`
 * by what came of it. `block <file>` is answered before the event loop is blocked until that file is there.
 */
const attempts = 40;
let held: RunLock | undefined;

async function lock(folder: string): Promise<string> {
  try {
    held = await lockRunDirectory(folder, {
      timing: { beatMilliseconds: 20, lookMilliseconds: 20, looks: 20 },
    });
    return 'locked';
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Takes the lock again and again, and while it has it keeps a file in the folder that nobody else may find there.
 * It gives the lock back, or, every other time, leaves it behind as if killed.
 */
async function contend(folder: string, deadLock: string): Promise<string> {
  let taken = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if ((await lock(folder)) !== 'locked') continue;
    taken += 1;
    const mark = join(folder, 'occupied');
    await writeFile(mark, '', { flag: 'wx' });
    await rm(mark);
    if (taken % 2 === 0) await held?.release();
    else await leaveDead(folder, deadLock);
  }
  return `taken ${taken}`;
}

/** Makes this process's lock one of a process that is gone. */
async function leaveDead(folder: string, deadLock: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (!/^run\.lock\.\d+$/.test(name)) continue;
    // A lock of another starter may be withdrawn in the meantime.
    const text = await readFile(file, 'utf8').catch(() => '');
    if (!text.includes(`"pid": ${process.pid},`)) continue;
    const copy = join(folder, `dead-${process.pid}`);
    await copyFile(deadLock, copy);
    await rename(copy, file);
    return;
  }
  throw new Error('the lock is gone');
}

async function answer(message: string): Promise<string> {
  const [command, folder = '', deadLock = ''] = message.split(' ');
  if (command === 'lock') return lock(folder);
  if (command === 'contend') return contend(folder, deadLock).catch(messageOf);
  if (command === 'confirm') return held?.confirm().then(() => 'confirmed', messageOf) ?? 'nothing is held';
  if (command === 'block') {
    setImmediate(() => {
      while (!existsSync(folder)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    });
    return 'blocking';
  }
  await held?.release();
  return 'released';
}

process.on('message', (message) => {
  void answer(String(message)).then((text) => process.send?.(text));
});
process.send?.('ready');
