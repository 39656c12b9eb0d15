import process from 'node:process';
import { outputOf } from './programs.js';

/** The GPUs that the environment leaves visible, as CUDA names them; undefined where it says nothing of them. */
export function gpusOf(visibleDevices: string | undefined): string[] | undefined {
  if (visibleDevices === undefined) return undefined;
  const names = visibleDevices.split(',').map((name) => name.trim());
  // CUDA sees those before the first that it cannot see: `0,-1,1` is the first one alone.
  const end = names.findIndex((name) => !/^(\d+|(GPU|MIG)-[\w/-]+)$/.test(name));
  return end < 0 ? names : names.slice(0, end);
}

/** The GPUs in what `nvidia-smi -L` prints, `GPU 0: NVIDIA H100 (UUID: GPU-…)`. */
export function listedGpus(text: string): string[] {
  return [...text.matchAll(/^GPU \d+:.*\(UUID: (GPU-[\w-]+)\)\s*$/gm)].map(([, uuid = '']) => uuid);
}

/** The GPUs that a child of this process may use, as CUDA names them. */
export async function readGpus(): Promise<string[]> {
  return (
    gpusOf(process.env['CUDA_VISIBLE_DEVICES']) ?? listedGpus((await outputOf('nvidia-smi', '-L')) ?? '')
  );
}
