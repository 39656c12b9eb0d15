import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = path.resolve('bin');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-bin-'));
  await cp(bin, path.join(folder, 'bin'), { recursive: true });
  await writePackage('>=20.17');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function writePackage(node: string): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ type: 'module', engines: { node } }));
}

/** Puts a program in place that prints its arguments, and exits with 3. */
async function compile(): Promise<void> {
  const target = path.join(folder, 'dist', 'src', 'cli');
  await mkdir(target, { recursive: true });
  await writeFile(
    path.join(target, 'program.js'),
    'export async function main(args) { console.log(JSON.stringify({ args })); return 3; }',
  );
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(args: readonly string[] = []): Promise<Ran> {
  try {
    const file = path.join(folder, 'bin', 'gan-bench.js');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const stdout = 'stdout' in error ? String(error.stdout) : '';
    const stderr = 'stderr' in error ? String(error.stderr) : '';
    return { code: Number(error.code), stdout, stderr };
  }
}

describe('bin/gan-bench.js', () => {
  it('asks for npm run setup when the program is not compiled', async () => {
    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toBe('gan-bench: the program is not compiled yet. Run `npm run setup`.\n');
  });

  it('refuses a Node that is too old', async () => {
    await compile();
    await writePackage('>=999.1');
    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toContain(`Node ${process.versions.node} is too old: >=999.1 is needed`);
  });

  it('hands the arguments to the program and its exit status back', async () => {
    await compile();
    const { code, stdout } = await start(['run', '--seed', '42']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ args: ['run', '--seed', '42'] });
  });
});
