import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeCheckout, describeMachine } from '../../src/record/environment.js';
import { temporaryFolder } from './helpers.js';

describe('describeMachine', () => {
  it('knows processor and memory', () => {
    const machine = describeMachine();
    expect(machine.platform).toBe(process.platform);
    expect(machine.cpuCores).toBeGreaterThan(0);
    expect(machine.memoryBytes).toBeGreaterThan(0);
  });
});

describe('describeCheckout', () => {
  function git(directory: string, ...args: string[]): string {
    const identity = [
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@example.org',
      '-c',
      'commit.gpgsign=false',
    ];
    const env = { PATH: process.env['PATH'], HOME: directory };
    return execFileSync('git', ['-C', directory, ...identity, ...args], { encoding: 'utf8', env }).trim();
  }

  async function checkout(): Promise<string> {
    const folder = await temporaryFolder();
    git(folder, 'init', '--quiet');
    await mkdir(join(folder, 'results'));
    await writeFile(join(folder, 'program.ts'), 'one');
    await writeFile(join(folder, 'results', 'metrics.csv'), 'one');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '-m', 'Begin');
    return folder;
  }

  it('has the commit of a clean checkout', async () => {
    const folder = await checkout();
    const gitCommit = git(folder, 'rev-parse', 'HEAD');
    expect(gitCommit).toMatch(/^[\da-f]{40}$/);
    expect(await describeCheckout(folder)).toEqual({ gitCommit, gitDirty: false });
  });

  it('is dirty when the program was changed, not when results or new files came', async () => {
    const folder = await checkout();
    await writeFile(join(folder, 'results', 'metrics.csv'), 'two');
    await writeFile(join(folder, 'notes.txt'), 'new');
    expect(await describeCheckout(folder)).toMatchObject({ gitDirty: false });
    await writeFile(join(folder, 'program.ts'), 'two');
    expect(await describeCheckout(folder)).toMatchObject({ gitDirty: true });
  });

  it('knows nothing where there is no checkout of its own', async () => {
    const unknown = { gitCommit: null, gitDirty: null };
    expect(await describeCheckout(await temporaryFolder())).toEqual(unknown);
    const inside = join(await checkout(), 'node_modules', 'gan-bench');
    await mkdir(inside, { recursive: true });
    expect(await describeCheckout(inside)).toEqual(unknown);
  });
});
