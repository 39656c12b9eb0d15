import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockRunDirectory } from '../../src/record/lock.js';
import { temporaryFolder, userErrorOf } from './helpers.js';
import { ask, kill, locksIn, startChild, writeLock } from './locks.js';

/** The lock that a killed process left. */
async function deadLock(): Promise<Buffer> {
  const folder = await temporaryFolder();
  const child = await startChild();
  expect(await ask(child, `lock ${folder}`)).toBe('locked');
  await kill(child);
  return readFile(join(folder, 'run.lock.1'));
}

const ofEarlierVersion = { place: undefined, beatAt: undefined, slurm: undefined };

describe('lockRunDirectory', () => {
  it('makes the folder, holds it and leaves nothing behind', async () => {
    const folder = join(await temporaryFolder(), 'seed-1');
    const lock = await lockRunDirectory(folder);
    expect(await locksIn(folder)).toEqual(['run.lock.1']);
    await lock.release();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses the second taker in the same process', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRunDirectory(folder);
    expect((await userErrorOf(lockRunDirectory(folder), 'io')).message).toContain(
      'in use by this very process',
    );
    await lock.release();
    await (await lockRunDirectory(folder)).release();
  });

  it('refuses a second process, naming the first and since when, until it gives back', async () => {
    const folder = await temporaryFolder();
    const child = await startChild();
    expect(await ask(child, `lock ${folder}`)).toBe('locked');
    const error = await userErrorOf(lockRunDirectory(folder), 'io');
    expect(error.message).toContain(folder);
    expect(error.message).toMatch(new RegExp(`process ${String(child.pid)} since \\d{4}-\\d\\d-\\d\\dT`));
    expect(await ask(child, 'release')).toBe('released');
    await (await lockRunDirectory(folder)).release();
  });

  it('takes over at once from a process that was killed', async () => {
    const folder = await temporaryFolder();
    const child = await startChild();
    expect(await ask(child, `lock ${folder}`)).toBe('locked');
    await kill(child);
    const lock = await lockRunDirectory(folder);
    expect(await locksIn(folder)).toEqual(['run.lock.2']);
    await userErrorOf(lockRunDirectory(folder), 'io');
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets exactly one of several starters win, over nothing and over a dead lock', async () => {
    const children = await Promise.all([startChild(), startChild(), startChild(), startChild()]);
    const dead = await deadLock();

    for (let round = 0; round < 10; round++) {
      const folder = await temporaryFolder();
      if (round % 2 === 1) await writeFile(join(folder, 'run.lock.7'), dead);
      const answers = await Promise.all(children.map((child) => ask(child, `lock ${folder}`)));
      const winners = children.filter((_, index) => answers[index] === 'locked');
      expect(winners, answers.join('\n')).toHaveLength(1);
      for (const text of answers.filter((answer) => answer !== 'locked')) {
        expect(text).toContain(`process ${String(winners[0]?.pid)} since`);
      }
      expect(await locksIn(folder)).toEqual([round % 2 === 1 ? 'run.lock.8' : 'run.lock.1']);
      if (winners[0] !== undefined) await ask(winners[0], 'release');
    }
  });

  it('never has two holders while processes come, go and die', async () => {
    const folder = await temporaryFolder();
    const dead = join(await temporaryFolder(), 'dead-lock');
    await writeFile(dead, await deadLock());
    const children = await Promise.all([startChild(), startChild(), startChild()]);
    const answers = await Promise.all(children.map((child) => ask(child, `contend ${folder} ${dead}`)));
    for (const text of answers) expect(text).toMatch(/^taken \d+$/);
    const taken = answers.reduce((sum, text) => sum + Number(text.split(' ')[1]), 0);
    expect(taken).toBeGreaterThan(children.length);
    await (await lockRunDirectory(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')(
    'knows a process number that was given to another process',
    async () => {
      const folder = await temporaryFolder();
      await writeLock(folder, 1, { processStart: 'another-boot:123' });
      await (await lockRunDirectory(folder)).release();
      expect(await locksIn(folder)).toEqual([]);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'takes over from a process that nobody has buried yet',
    async () => {
      const folder = await temporaryFolder();
      // A process that never asks after its child: a shell that says the child's number and then becomes another program.
      const parent = spawn('sh', ['-c', 'cat <&3 >/dev/null & echo $!; exec cat'], {
        stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
      });
      onTestFinished(() => void parent.kill('SIGKILL'));
      const { stdin, stdout } = parent;
      const childInput = parent.stdio[3];
      if (stdin === null || stdout === null || !(childInput instanceof Writable)) throw new Error('no pipes');
      const pid = Number(String((await once(stdout, 'data'))[0]));
      // The other program is there when it answers; only then may the child end.
      const answer = once(stdout, 'data');
      stdin.write('?');
      await answer;
      childInput.end();
      let state = '';
      while (state !== 'Z') {
        await setImmediate();
        state = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.charAt(0) ?? '';
      }
      await writeLock(folder, 1, { pid, processStart: null });
      await (await lockRunDirectory(folder)).release();
    },
  );

  it('goes by the process number alone where start times are not told', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, { processStart: null });
    await userErrorOf(lockRunDirectory(folder), 'io');
  });

  it('refuses a lock of another machine that gives no signs of life, and names the file to delete', async () => {
    const folder = await temporaryFolder();
    const file = await writeLock(folder, 1, { ...ofEarlierVersion, host: `not-${hostname()}`, pid: 99 });
    for (const options of [{}, { wait: { signal: AbortSignal.abort(), onWait: () => undefined } }]) {
      const error = await userErrorOf(lockRunDirectory(folder, options), 'io');
      expect(error.message).toContain(`process 99 on the machine "not-${hostname()}"`);
      expect(error.message).toContain(`delete ${file}`);
    }
  });

  it('judges a lock of an earlier version and of this machine by its process', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, ofEarlierVersion);
    await userErrorOf(lockRunDirectory(folder), 'io');
    await writeLock(folder, 1, { ...ofEarlierVersion, pid: 2 ** 30 });
    await (await lockRunDirectory(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([{ lockedAt: '\u001b[2Jyesterday' }, { host: 'a\nb' }, { host: 'x'.repeat(300) }])(
    'refuses a lock whose %j would reach the terminal',
    async (changes) => {
      const folder = await temporaryFolder();
      await writeLock(folder, 1, changes);
      const error = await userErrorOf(lockRunDirectory(folder), 'io');
      expect(error.message).toMatch(/run\.lock\.1: this lock does not name its holder\. /);
    },
  );

  it.each(['', 'rubbish', '{}', '{"host":"a","pid":-1}'])('refuses a lock that reads "%s"', async (text) => {
    const folder = await temporaryFolder();
    const file = join(folder, 'run.lock.1');
    await writeFile(file, text);
    const error = await userErrorOf(lockRunDirectory(folder), 'io');
    expect(error.message).toContain(file);
    expect(error.message).toContain('delete that file');
    expect(await locksIn(folder)).toEqual(['run.lock.1']);
  });

  it('does not take away a lock that replaced its own', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRunDirectory(folder);
    await rm(join(folder, 'run.lock.1'));
    const second = await lockRunDirectory(folder);
    await lock.release();
    expect(await locksIn(folder)).toEqual(['run.lock.1']);
    await second.release();
  });

  it('names the folder that cannot be locked', async () => {
    const parent = await temporaryFolder();
    const file = join(parent, 'file');
    await writeFile(file, '');
    expect((await userErrorOf(lockRunDirectory(join(file, 'seed-1')), 'io')).message).toContain(file);
    if (process.getuid?.() === 0) return;
    const locked = join(parent, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    expect((await userErrorOf(lockRunDirectory(locked), 'io')).message).toContain(locked);
    expect(existsSync(join(locked, 'run.lock.1'))).toBe(false);
  });
});
