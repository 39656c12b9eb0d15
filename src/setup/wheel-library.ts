import { mkdir, readdir, readFile, rename, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { cacheLayout } from '../tensor/cache/folder.js';
import { tensorflowVersion } from '../tensor/tensorflow/native-paths.js';
import type { Cache } from './cache.js';
import { lastLines, type RunCommand } from './command.js';
import { SetupFailure } from './failure.js';
import type { Progress } from './progress.js';
import {
  extraRequirements,
  type Machine,
  pipDownloadArguments,
  type Requirements,
  tensorflowRequirements,
  type Variant,
} from './wheels.js';

export interface WheelTools {
  readonly cache: Cache;
  readonly machine: Machine;
  readonly progress: Progress;
  readonly run: RunCommand;
  readonly python: string;
  /** The script extract_wheel.py. */
  readonly extractor: string;
}

/** What the addon and TensorFlow at work need of its wheel. */
const tensorflowEntries = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  ...['absl', 'tensorflow/c', 'tensorflow/core/platform', 'tsl', 'xla/tsl'].map(
    (folder) => `tensorflow/include/${folder}/*`,
  ),
  '*.dist-info/METADATA',
  '*.dist-info/*LICENSE*',
];

const cudaEntries = [
  'nvidia/*/lib/*.so*',
  'nvidia/cuda_nvcc/*',
  '*.dist-info/*LICENSE*',
  '*.dist-info/*License*',
];

/** Bytes that wheels and what is unpacked of them take at the worst moment. */
const spaceNeeded: Readonly<Record<Variant, number>> = { cpu: 1.3e9, gpu: 12e9 };

/** Name in the cache of the library of one variant, for one kind of machine. */
export function libraryName({ platform, arch }: Machine, variant: Variant): string {
  return `tensorflow-${tensorflowVersion}-${variant}-${platform}-${arch}-${cacheLayout}`;
}

/**
 * Gives a folder with TensorFlow's headers (include) and libraries (lib), and for GPUs NVIDIA's (nvidia), downloading
 * them first if the cache does not have them.
 *
 * @throws SetupFailure when the wheels cannot be had or unpacked.
 */
export async function provideWheelLibrary(
  tools: WheelTools,
  variant: Variant,
  force: boolean,
): Promise<string> {
  const { cache, machine } = tools;
  return await cache.folder(
    libraryName(machine, variant),
    async (folder) => {
      await checkSpace(folder, variant);
      const metadata = await fetchTensorFlow(tools, variant, folder);
      if (variant === 'gpu') await fetchCuda(tools, metadata, folder);
      await rm(path.join(folder, 'wheels'), { recursive: true });
    },
    { replace: force },
  );
}

async function checkSpace(folder: string, variant: Variant): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = spaceNeeded[variant];
  if (bavail * bsize >= needed) return;
  const found = ((bavail * bsize) / 1e9).toFixed(1);
  throw new SetupFailure(
    `${path.dirname(folder)} has ${found} GB free, ${(needed / 1e9).toFixed(1)} GB are needed`,
    'Free space, or set GAN_BENCH_CACHE to a folder on a larger disk.',
  );
}

/** Returns the wheel's METADATA. */
async function fetchTensorFlow(tools: WheelTools, variant: Variant, folder: string): Promise<string> {
  const failures: SetupFailure[] = [];
  for (const requirements of tensorflowRequirements(tools.machine, variant)) {
    const name = requirements.lines[0]?.split(' ')[0] ?? 'tensorflow';
    try {
      const wheels = await download(tools, name, requirements, folder);
      await unpack(tools, name, wheels, path.join(folder, 'unpacked'), tensorflowEntries);
      return await arrange(folder);
    } catch (error) {
      if (!(error instanceof SetupFailure)) throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? new SetupFailure('no package is known for this machine', '');
}

async function fetchCuda(tools: WheelTools, metadata: string, folder: string): Promise<void> {
  const lines = extraRequirements(metadata, 'and-cuda');
  const name = `${lines.length} CUDA libraries`;
  const wheels = await download(tools, name, { lines, hashed: false }, folder);
  await unpack(tools, name, wheels, folder, cudaEntries);
}

async function download(
  tools: WheelTools,
  name: string,
  requirements: Requirements,
  folder: string,
): Promise<string[]> {
  const { progress, run, python, machine } = tools;
  const requirementsFile = path.join(folder, 'requirements.txt');
  const wheelFolder = path.join(folder, 'wheels');
  await writeFile(requirementsFile, `${requirements.lines.join('\n')}\n`);
  const showsProgress = progress.isTerminal;
  await progress.stage(
    `download ${name} with pip`,
    async () => {
      const args = pipDownloadArguments(machine, requirements, requirementsFile, wheelFolder);
      const { ok, output } = await run({ file: python, args, showsProgress });
      if (!ok) throw pipFailure(name, output);
    },
    { ownOutput: showsProgress },
  );
  await rm(requirementsFile);
  const files = await readdir(wheelFolder);
  return files.filter((file) => file.endsWith('.whl')).map((file) => path.join(wheelFolder, file));
}

function pipFailure(name: string, output: string): SetupFailure {
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR:'));
  const reason = errors.length > 0 ? lastLines(errors.join('\n'), 2) : lastLines(output);
  const advice = /hash/i.test(reason)
    ? 'The package index sent another file than the one this project was tested with. Check PIP_INDEX_URL.'
    : 'Check that pypi.org can be reached, or point PIP_INDEX_URL at a mirror or PIP_FIND_LINKS at a folder with the wheel.';
  return new SetupFailure(`pip could not download ${name}: ${reason}`, advice);
}

async function unpack(
  { progress, run, python, extractor }: WheelTools,
  name: string,
  wheels: readonly string[],
  folder: string,
  entries: readonly string[],
): Promise<void> {
  await progress.stage(`unpack ${name}`, async () => {
    for (const wheel of wheels) {
      const { ok, output } = await run({ file: python, args: [extractor, wheel, folder, ...entries] });
      if (!ok)
        throw new SetupFailure(`${path.basename(wheel)} could not be unpacked: ${lastLines(output)}`, '');
      await rm(wheel);
    }
  });
}

/** Lays the unpacked wheel out as the addon's build and its RUNPATH want it. Returns the wheel's METADATA. */
async function arrange(folder: string): Promise<string> {
  const unpacked = path.join(folder, 'unpacked');
  const lib = path.join(folder, 'lib');
  await mkdir(lib);
  await rename(path.join(unpacked, 'tensorflow', 'include'), path.join(folder, 'include'));
  for (const name of ['tensorflow_cc', 'tensorflow_framework']) {
    await rename(path.join(unpacked, 'tensorflow', `lib${name}.so.2`), path.join(lib, `lib${name}.so.2`));
  }
  await symlink('libtensorflow_cc.so.2', path.join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', path.join(lib, 'libtensorflow_framework.so'));
  const [information] = (await readdir(unpacked)).filter((name) => name.endsWith('.dist-info'));
  if (information === undefined) throw new SetupFailure('the wheel has no .dist-info folder', '');
  await rename(path.join(unpacked, information), path.join(folder, information));
  await rm(unpacked, { recursive: true });
  return await readFile(path.join(folder, information, 'METADATA'), 'utf8');
}
