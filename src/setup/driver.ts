import { readFileSync } from 'node:fs';
import path from 'node:path';

import { satisfies } from '../support/package.js';
import { nvidiaGpus } from '../tensor/tensorflow/native.js';
import { SetupFailure } from './failure.js';

/** NVIDIA's driver, as far as it decides whether TensorFlow for GPUs will find one. */
export interface NvidiaDriver {
  /** Models of the GPUs that it lists. */
  readonly gpus: readonly string[];
  /** Such as `535.104.05`; undefined where it is not loaded, or does not say. */
  readonly version: string | undefined;
}

/**
 * The oldest driver that runs what is built with any CUDA 12, which TensorFlow's `and-cuda` extra asks for (12.5 or newer,
 * below 13). Source: "CUDA Toolkit and Minimum Required Driver Version for CUDA Minor Version Compatibility" in the CUDA
 * Toolkit's release notes, column Linux x86_64, and
 * https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
const oldestDriver = '525.60.13';

/** What the kernel says of the driver. */
export function loadedDriver(folder = '/proc/driver/nvidia'): NvidiaDriver {
  return { gpus: nvidiaGpus(path.join(folder, 'gpus')), version: versionIn(path.join(folder, 'version')) };
}

/** The file begins `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 …`. */
function versionIn(file: string): string | undefined {
  try {
    return /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m.exec(readFileSync(file, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Why no library for GPUs would find one here, and what to do; undefined where it would. */
export function driverObstacle({ gpus, version }: NvidiaDriver): SetupFailure | undefined {
  if (gpus.length === 0) {
    const loaded = version === undefined ? 'is not loaded:' : `${version} is loaded, but`;
    return new SetupFailure(
      `NVIDIA's driver ${loaded} /proc/driver/nvidia/gpus lists no GPU`,
      advise(`Install NVIDIA's driver, ${oldestDriver} or newer`),
    );
  }
  if (version === undefined || satisfies(version, `>=${oldestDriver}`)) return undefined;
  return new SetupFailure(
    `NVIDIA's driver is ${version}, the CUDA 12 libraries need ${oldestDriver} or newer`,
    advise('Install a newer driver'),
  );
}

function advise(first: string): string {
  return `${first}; nvidia-smi must list the GPU. To set up here for machines that have one, such as a cluster's compute nodes: gan-bench setup --gpu --force.`;
}
