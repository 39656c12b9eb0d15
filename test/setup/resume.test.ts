import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import type { CommandResult, RunCommand } from '../../src/setup/command.js';
import { cuda, put, silent, SimulatedMachine } from './support.js';

const library = 'tensorflow-2.21.0-gpu-linux-x64-2';
const wheels = `wheels-${library}`;
const tensorflow = 'tensorflow==2.21.0';
const [cublas, cudnn, nccl] = cuda;

/** A process id that no process has: the limit of Linux is 2²². */
const deadProcess = 2 ** 22 + 1;

let machine: SimulatedMachine;

beforeEach(async () => {
  machine = await SimulatedMachine.start();
});

const downloads = () => machine.ran.flatMap((line) => (line.startsWith('pip ') ? line.slice(4) : []));
const unreachable = (): Promise<CommandResult> =>
  Promise.resolve({ ok: false, output: 'ERROR: Connection broken' });

/** A set-up whose third wheel does not come. */
async function broken(force = false): Promise<unknown> {
  const run = machine.withDownload('nvidia-cudnn', unreachable);
  return await machine.failure({ gpu: true, force }, { run });
}

async function keptWheel(name: string): Promise<string> {
  const folder = path.join(machine.cacheRoot, wheels);
  const key = (await readdir(folder)).find((entry) => entry.startsWith(`${name}-`)) ?? '';
  return path.join(folder, key, `${name}.whl`);
}

describe('what is looked at before the first byte', () => {
  const faults = {
    machine: { platform: 'linux', arch: 'arm64', glibc: '2.36' },
    driver: { gpus: [], version: undefined },
    freeSpace: () => Promise.resolve(3.25e9),
    run: (() => Promise.resolve({ ok: false, output: '' })) satisfies RunCommand,
  } as const;
  const { freeSpace, run } = faults;

  it.each([
    ['the machine', faults, 'there is no TensorFlow package for GPUs on arm64'],
    ['then the driver', { driver: faults.driver, freeSpace, run }, "NVIDIA's driver is not loaded"],
    ['then the disk', { freeSpace, run }, 'has 3.3 GB free, 12.0 GB are needed'],
    ['then Python and the compiler', { run }, 'missing: Python 3.8 or newer'],
  ])('is %s', async (_, changes, message) => {
    const failure = await machine.failure({ gpu: true }, changes);
    expect(failure).toHaveProperty('message', expect.stringContaining(message));
    expect(existsSync(machine.cacheRoot)).toBe(false);
  });

  it('is no driver for the library for processors', async () => {
    await machine.attempt({}, { driver: faults.driver });
    expect(downloads()).toHaveLength(1);
  });

  it('is the age of the driver, too', async () => {
    const driver = { gpus: ['Tesla K80'], version: '470.223.02' };
    const failure = await machine.failure({ gpu: true }, { driver });
    expect(failure).toHaveProperty('message', expect.stringMatching(/470\.223\.02.*525\.60\.13/));
    expect(machine.ran).toEqual([]);
  });

  it('is told and passed over when forced, as on a login node', async () => {
    const notes: string[] = [];
    const progress = { ...silent, note: (text: string) => notes.push(text) };
    await machine.attempt({ gpu: true, force: true }, { driver: faults.driver, progress });
    expect(downloads()).toEqual([tensorflow, ...cuda]);
    expect(notes).toEqual([expect.stringMatching(/driver is not loaded.*passed over, as --force asks/)]);
  });

  it('is no driver where nothing is to be downloaded', async () => {
    await machine.attempt({ gpu: true });
    machine.ran = [];
    await machine.attempt({ gpu: true }, { driver: faults.driver });
    expect(machine.ran).toEqual([]);
  });

  it('is a disk on which what was downloaded, and what a killed set-up left, need no more room', async () => {
    await broken();
    // Kept are two wheels, one of them with the 18 bytes that the disk lacks.
    const abandoned = path.join(machine.cacheRoot, `staging-${os.hostname()}-${deadProcess}-0123abcd`);
    await put(path.join(abandoned, 'half'), 'half');
    const freeNow = () => Promise.resolve(existsSync(abandoned) ? 0 : 12e9 - 18);
    await machine.attempt({ gpu: true }, { freeSpace: freeNow });
    expect(await readdir(machine.cacheRoot)).toContain(library);
  });
});

describe('a set-up that is repeated', () => {
  it('downloads only what is missing', async () => {
    expect(await broken()).toHaveProperty('message', expect.stringContaining('nvidia-cudnn-cu12 (2 of 3)'));
    expect(downloads()).toEqual([tensorflow, cublas]);
    machine.ran = [];
    await machine.attempt({ gpu: true });
    expect(downloads()).toEqual([cudnn, nccl]);
  });

  it('is told of where one ends', async () => {
    expect(await broken()).toHaveProperty('advice', expect.stringMatching(/pypi.*is kept: the same command/));
    const nothing = await machine.failure({}, { run: machine.withDownload('tensorflow', unreachable) });
    expect(nothing).not.toHaveProperty('advice', expect.stringContaining('is kept'));
  });

  it.each([
    ['error: incomplete-download\n\n× Download failed after 21 attempts', /: × Download failed/, /pypi\.org/],
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES',
      /DO NOT MATCH/,
      /hash the package index names.*PIP_INDEX_URL/,
    ],
    ['ERROR: [Errno 28] No space left on device', /No space left/, /^Free space/],
  ])('hears from pip: %j', async (output, message, advice) => {
    const run = machine.withDownload('nvidia-cudnn', () => Promise.resolve({ ok: false, output }));
    const failure = await machine.failure({ gpu: true }, { run });
    expect(failure).toHaveProperty('message', expect.stringMatching(message));
    expect(failure).toHaveProperty('advice', expect.stringMatching(advice));
  });

  it('downloads a wheel anew that was changed meanwhile', async () => {
    await broken();
    const kept = await keptWheel('nvidia-cublas-cu12');
    await writeFile(kept, (await readFile(kept, 'utf8')).replace('13', '14'));
    machine.ran = [];
    await machine.attempt({ gpu: true });
    expect(downloads()).toEqual([cublas, cudnn, nccl]);
  });

  it('takes no wheel for whole that a killed set-up was downloading or unpacking', async () => {
    // What SIGKILL leaves: the half of a wheel in the folder of a process that is no more.
    await broken();
    const abandoned = path.join(machine.cacheRoot, `staging-${os.hostname()}-${deadProcess}-0123abcd`);
    await put(path.join(abandoned, 'x', 'nvidia-cudnn-cu12.whl'), 'half');
    machine.ran = [];
    await machine.attempt({ gpu: true });
    expect(downloads()).toEqual([cudnn, nccl]);
    expect(existsSync(abandoned)).toBe(false);
  });

  it('downloads nothing where the disk ran full while wheels were unpacked', async () => {
    const full: RunCommand = async (command) =>
      command.args[1]?.includes('nccl') === true && command.args.length > 4
        ? { ok: false, output: '[Errno 28] No space left on device' }
        : await machine.run(command);
    const failure = await machine.failure({ gpu: true }, { run: full });
    expect(failure).toHaveProperty('message', expect.stringContaining('nvidia-nccl-cu12.whl could not be'));
    expect(failure).toHaveProperty('advice', expect.stringMatching(/^Free space.*is kept/));
    machine.ran = [];
    await machine.attempt({ gpu: true });
    expect(downloads()).toEqual([]);
  });

  it('downloads a wheel anew that turned out to be damaged', async () => {
    const damaged: RunCommand = async (command) =>
      command.args[1]?.includes('cublas') === true && command.args.length > 4
        ? { ok: false, output: 'x.whl is damaged: Bad CRC-32' }
        : await machine.run(command);
    await expect(machine.attempt({ gpu: true }, { run: damaged })).rejects.toThrow('Bad CRC-32');
    machine.ran = [];
    await machine.attempt({ gpu: true });
    expect(downloads()).toEqual([cublas]);
  });

  it('keeps nothing that is no wheel', async () => {
    const page: RunCommand = async (command) =>
      command.args[0]?.endsWith('extract_wheel.py') === true
        ? { ok: false, output: 'File is not a zip file' }
        : await machine.run(command);
    await expect(machine.attempt({ gpu: true }, { run: page })).rejects.toThrow(
      'what pip downloaded for tensorflow==2.21.0 cannot be read: File is not a zip file',
    );
    machine.ran = [];
    await machine.attempt({ gpu: true });
    expect(downloads()).toEqual([tensorflow, ...cuda]);
  });

  it('downloads all anew when forced, and goes on when that is broken off', async () => {
    await broken();
    machine.ran = [];
    await broken(true);
    expect(downloads()).toEqual([tensorflow, cublas]);
    machine.ran = [];
    await machine.attempt({ gpu: true, force: true });
    expect(downloads()).toEqual([cudnn, nccl]);
    await machine.attempt({ gpu: true, force: true });
    expect(downloads()).toEqual([cudnn, nccl, tensorflow, ...cuda]);
  });
});

describe('a set-up that came to its end', () => {
  it('leaves no wheels behind, neither its own nor those of one before', async () => {
    await broken(true);
    await broken();
    await machine.attempt({ gpu: true });
    expect((await readdir(machine.cacheRoot)).sort()).toEqual(['in-use', library]);
  });

  it('takes the library of one that was faster, which took the wheels away', async () => {
    const run: RunCommand = async (command) => {
      if (command.args[1]?.includes('nccl') !== true || command.args.length === 4)
        return await machine.run(command);
      await machine.attempt({ gpu: true });
      return { ok: false, output: 'No such file or directory' };
    };
    await machine.attempt({ gpu: true }, { run });
    expect((await readdir(machine.cacheRoot)).sort()).toEqual(['in-use', library]);
  });

  it('says in wheels.txt what the library was made of, as sha256sum does', async () => {
    await machine.attempt({ gpu: true });
    const lines = (await readFile(path.join(machine.inUse, 'wheels.txt'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => line.slice(66))).toEqual([
      'tensorflow.whl',
      'nvidia-cublas-cu12.whl',
      'nvidia-cudnn-cu12.whl',
      'nvidia-nccl-cu12.whl',
    ]);
    // printf 'tensorflow==2.21.0' | sha256sum
    expect(lines[0]?.slice(0, 66)).toBe('6c21a10c71a77e84694e55f4c36575812eb5f3403229989cf9790eb1ae1d7c39  ');
  });
});
