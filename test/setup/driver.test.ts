import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { driverObstacle, loadedDriver } from '../../src/setup/driver.js';

/** A folder as the kernel shows it. */
async function proc(version: string | undefined, gpus: readonly string[] = []): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-driver-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  if (version !== undefined) await writeFile(path.join(folder, 'version'), version);
  for (const [index, model] of gpus.entries()) {
    await mkdir(path.join(folder, 'gpus', `${index}`), { recursive: true });
    await writeFile(path.join(folder, 'gpus', `${index}`, 'information'), `Model: \t\t ${model}\n`);
  }
  return folder;
}

const compiler = 'GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n';
const closed = `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n${compiler}`;
const open = `NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build  (builder@host)\n${compiler}`;

describe('loadedDriver', () => {
  it.each([
    ['closed', closed, '535.104.05'],
    ['open', open, '550.54.14'],
    ['of two numbers', 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82  Mon\n', '470.82'],
    ['in words that are not known', `something else\n${compiler}`, undefined],
  ])('reads the version of a kernel module that is %s', async (_, text, version) => {
    expect(loadedDriver(await proc(text, ['NVIDIA H200']))).toEqual({ gpus: ['NVIDIA H200'], version });
  });

  it('finds nothing where there is no driver', async () => {
    expect(loadedDriver(path.join(await proc(undefined), 'nothing'))).toEqual({
      gpus: [],
      version: undefined,
    });
  });
});

describe('driverObstacle', () => {
  const gpus = ['NVIDIA H200'];

  it.each(['525.60.13', '525.147.05', '535.104.05', '1000.1'])('lets %s pass', (version) => {
    expect(driverObstacle({ gpus, version })).toBeUndefined();
  });

  it('lets a driver pass that lists a GPU and does not say its version', () => {
    expect(driverObstacle({ gpus, version: undefined })).toBeUndefined();
  });

  it.each(['525.60.11', '525.53', '470.223.02'])('names %s and what is needed', (version) => {
    const obstacle = driverObstacle({ gpus, version });
    expect(obstacle?.message).toBe(
      `NVIDIA's driver is ${version}, the CUDA 12 libraries need 525.60.13 or newer`,
    );
    expect(obstacle?.advice).toMatch(/^Install a newer driver; nvidia-smi must list the GPU\./);
  });

  it('tells a driver that is not loaded from one that lists no GPU', () => {
    expect(driverObstacle({ gpus: [], version: undefined })?.message).toContain(
      'is not loaded: /proc/driver',
    );
    const idle = driverObstacle({ gpus: [], version: '535.104.05' });
    expect(idle?.message).toContain('535.104.05 is loaded, but /proc/driver/nvidia/gpus lists no GPU');
    expect(idle?.advice).toMatch(/525\.60\.13 or newer.*gan-bench setup --gpu --force/);
  });
});
