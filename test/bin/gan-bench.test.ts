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

/** Puts a program in place that prints its arguments and environment, and exits with 3. */
async function compile(): Promise<void> {
  const target = path.join(folder, 'dist', 'src', 'cli');
  await mkdir(target, { recursive: true });
  await writeFile(
    path.join(target, 'program.js'),
    'export async function main(args) { console.log(JSON.stringify({ args, env: process.env })); return 3; }',
  );
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const PATH = process.env['PATH'] ?? '';
  try {
    const file = path.join(folder, 'bin', 'gan-bench.js');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, ...args], {
      env: { PATH, ...env },
    });
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

  it('sets what TensorFlow reads from the environment', async () => {
    await compile();
    const { stdout } = await start();
    expect(JSON.parse(stdout)).toMatchObject({
      env: {
        TF_CPP_MIN_LOG_LEVEL: '2',
        TF_ENABLE_ONEDNN_OPTS: '1',
        TF_FORCE_GPU_ALLOW_GROWTH: 'true',
        TF_DETERMINISTIC_OPS: '1',
      },
    });
  });

  it('leaves alone what the user has set', async () => {
    await compile();
    const set = { TF_CPP_MIN_LOG_LEVEL: '0', TF_ENABLE_ONEDNN_OPTS: '', TF_DETERMINISTIC_OPS: '0' };
    const { stdout } = await start([], set);
    expect(JSON.parse(stdout)).toMatchObject({ env: set });
  });
});
