import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { gpuDevices } from '../../../src/tensor/webgpu/gpu-devices.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-devices-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('are the render nodes and the devices of NVIDIA’s driver', async () => {
  await mkdir(path.join(folder, 'dri'));
  for (const name of ['dri/card0', 'dri/renderD128', 'dri/renderD129', 'nvidiactl', 'null', 'nvidia-caps'])
    await writeFile(path.join(folder, name), '');
  expect(gpuDevices(folder)).toEqual(
    ['nvidiactl', 'dri/renderD128', 'dri/renderD129'].map((name) => path.join(folder, name)),
  );
});

it('are none where there are none', () => {
  expect(gpuDevices(folder)).toEqual([]);
  expect(gpuDevices(path.join(folder, 'missing'))).toEqual([]);
});
