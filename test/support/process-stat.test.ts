import { execFileSync, spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { readProcessStat } from '../../src/support/process-stat.js';

/** The number of a process that waits until the test has ended. */
async function waiting(program: string): Promise<number> {
  const child = spawn(program, ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await new Promise((resolve) => child.once('spawn', resolve));
  return child.pid ?? NaN;
}

describe.runIf(process.platform === 'linux')('what the system tells of a process', () => {
  it('is when it began, the 22nd field of proc_pid_stat(5)', async () => {
    const pid = await waiting('/bin/sleep');
    const field = execFileSync('cut', ['-d', ' ', '-f', '22', `/proc/${pid}/stat`], { encoding: 'utf8' });
    expect(await readProcessStat(pid)).toEqual({ ended: false, startTicks: field.trim() });
  });

  it('does not depend on spaces and parentheses in its name', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-stat-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const program = path.join(folder, 'a) Z (b');
    await copyFile('/bin/sleep', program);
    const [plain, its] = [await waiting('/bin/sleep'), await waiting(program)];
    const [before, stat] = [await readProcessStat(plain), await readProcessStat(its)];
    expect(stat?.ended).toBe(false);
    expect(Number(stat?.startTicks)).toBeGreaterThanOrEqual(Number(before?.startTicks));
  });

  it('is nothing where there is no such process', async () => {
    expect(await readProcessStat(2 ** 30)).toBeUndefined();
  });
});
