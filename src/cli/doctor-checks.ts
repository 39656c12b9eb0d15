import { accessSync, constants, existsSync } from 'node:fs';
import os from 'node:os';

import { DATASET_NAMES, DATASETS, type DatasetName } from '../data/formats.js';
import { datasetDirectory, isPresent } from '../data/paths.js';
import { messageOf } from '../errors.js';
import { hasBfloat16 } from '../tensor/tensorflow/kernel-library.js';
import type { NativeStatus } from '../tensor/tensorflow/native-probe.js';
import type { Distrust } from '../tensor/cache/trust.js';
import { satisfies } from '../support/package.js';
import { freeSpace, nearestExisting } from '../support/room.js';
import { formatBytes, printable } from '../support/text.js';
import type { WebGpuStatus } from '../tensor/webgpu/probe.js';

/** One thing that doctor looked at. A `problem` keeps runs from working; a `warning` does not. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly found: string;
  /** How to mend it. */
  readonly fix?: string;
}

const gigabyte = 1e9;

/** What a data set's archive and its unpacked files take together, at the most, in bytes. */
const datasetSpace = 0.5 * gigabyte;
const resultsSpace = { comfortable: gigabyte, needed: 0.05 * gigabyte };
/** ResNet-56 at batch size 128 with the data set in memory needs about as much, in bytes. */
const comfortableMemory = 2 * gigabyte;

export function checkNode(version: string, range: string): Check {
  const name = 'Node';
  if (satisfies(version, range)) return { name, state: 'ok', found: version };
  return {
    name,
    state: 'problem',
    found: `${version}, needed is ${range}`,
    fix: 'Install it from https://nodejs.org.',
  };
}

/** @param gpus - Models that NVIDIA's driver lists. */
export function checkNative(status: NativeStatus, gpus: readonly string[]): Check {
  const name = 'native library';
  if (status.state === 'unusable') {
    const fix =
      'gan-bench setup, and if that was done: gan-bench setup --force (without it, the portable backend is used)';
    return { name, state: 'warning', found: status.reason, fix };
  }
  const found = `TensorFlow ${status.version} on ${status.devices.join(', ')}`;
  if (gpus.length === 0 || status.usesGpu) return { name, state: 'ok', found };
  return {
    name,
    state: 'warning',
    found: `${found}; not used: ${gpus.join(', ')}`,
    fix: 'gan-bench setup --gpu; if that was done, see whether nvidia-smi works',
  };
}

/** Dawn and the adapters that it finds; nothing is said where nobody asked for it and no GPU is in sight. */
export function checkWebGpu(status: WebGpuStatus, devices: readonly string[]): Check[] {
  const name = 'WebGPU';
  if (status.state === 'absent') {
    if (devices.length === 0) return [];
    const found = `not set up, and there is a GPU (${devices.join(', ')})`;
    return [{ name, state: 'warning', found, fix: 'gan-bench setup --webgpu' }];
  }
  if (status.state === 'unusable') return [{ name, state: 'warning', found: status.reason }];
  const { adapters, device, isSoftware, features, largestBuffer } = status;
  const others = adapters.filter((adapter) => adapter !== device);
  const found = [
    `${device}${isSoftware ? ', a program on the processor and no GPU' : ''}`,
    `tensors up to ${formatBytes(largestBuffer)}`,
    ...(features.length > 0 ? [features.join(', ')] : []),
    ...(others.length > 0 ? [`others: ${others.join(', ')} (GAN_BENCH_GPU chooses)`] : []),
  ].join('; ');
  return [{ name, state: 'ok', found }];
}

/** Whether the native library is, byte for byte, what set-up left; starting a run looks at less of it. */
export function checkFiles(problem: Distrust | undefined): Check {
  const name = 'library files';
  if (problem === undefined) return { name, state: 'ok', found: 'as they were set up (SHA-256)' };
  return { name, state: 'warning', found: `${printable(problem.path)} ${problem.found}`, fix: problem.fix };
}

/** The project's own kernels; nothing is said of them where there is no library to go with them. */
export function checkKernels(status: NativeStatus): Check[] {
  if (status.state === 'unusable') return [];
  const name = 'kernels';
  const { kernels, usesGpu } = status;
  if (kernels.state === 'ready') {
    const precisions = hasBfloat16(kernels) ? 'float32 and bfloat16' : 'float32, no bfloat16';
    return [{ name, state: 'ok', found: `for ${kernels.variant} (${precisions})` }];
  }
  const found = `none: ${kernels.reason}`;
  if (usesGpu) return [{ name, state: 'ok', found }];
  return [{ name, state: 'warning', found, ...(kernels.fix !== undefined && { fix: kernels.fix }) }];
}

/** @param load - Starts the portable backend and says which library it is. */
export async function checkPortable(load: () => Promise<string>, nativeWorks: boolean): Promise<Check> {
  const name = 'portable backend';
  try {
    return { name, state: 'ok', found: await load() };
  } catch (error) {
    return { name, state: nativeWorks ? 'warning' : 'problem', found: messageOf(error), fix: 'npm ci' };
  }
}

export async function checkDatasets(root: string): Promise<Check[]> {
  return await Promise.all(DATASET_NAMES.map((dataset) => checkDataset(dataset, root)));
}

async function checkDataset(dataset: DatasetName, root: string): Promise<Check> {
  const name = `data set ${dataset}`;
  const directory = datasetDirectory(dataset, root);
  if (await isPresent(dataset, root)) return { name, state: 'ok', found: directory };
  const found = existsSync(directory)
    ? `files missing or of wrong size in ${directory}`
    : `not in ${directory}`;
  if (DATASETS[dataset].archive === undefined) {
    return { name, state: 'problem', found, fix: 'It is part of the program: get the program again.' };
  }
  return {
    name,
    state: 'warning',
    found,
    fix: `gan-bench data fetch ${dataset} (run does it too, unless --offline)`,
  };
}

export async function checkDisk(purpose: 'data' | 'results', folder: string): Promise<Check> {
  const name = `disk for ${purpose}`;
  const existing = nearestExisting(folder);
  try {
    accessSync(existing, constants.W_OK);
    return judgeSpace(name, purpose, folder, await freeSpace(existing));
  } catch (error) {
    const fix =
      purpose === 'data' ? 'Choose another with --data-dir or GAN_BENCH_DATA.' : 'Choose another with --out.';
    // A data folder that is only read serves runs well.
    const state = purpose === 'data' ? 'warning' : 'problem';
    return { name, state, found: `${folder} cannot be written: ${messageOf(error)}`, fix };
  }
}

/** @param bytes - Free space. */
export function judgeSpace(name: string, purpose: 'data' | 'results', folder: string, bytes: number): Check {
  const found = `${inGigabytes(bytes)} free in ${folder}`;
  const enough = purpose === 'data' ? datasetSpace : resultsSpace.comfortable;
  if (bytes >= enough) return { name, state: 'ok', found };
  const state = purpose === 'results' && bytes < resultsSpace.needed ? 'problem' : 'warning';
  return { name, state, found, fix: `Free some space: ${inGigabytes(enough)} is comfortable.` };
}

/** @param memory - Bytes that this process may use. */
export function checkMemory(memory: number): Check {
  const check = { name: 'memory', found: inGigabytes(memory) };
  if (memory >= comfortableMemory) return { ...check, state: 'ok' };
  return { ...check, state: 'warning', fix: 'Large models may not fit: lower batchSize and evalBatchSize.' };
}

export function checkProcessor(): Check {
  const model = os.cpus()[0]?.model.trim() ?? os.arch();
  return { name: 'processor', state: 'ok', found: `${os.availableParallelism()} cores, ${model}` };
}

function inGigabytes(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}
