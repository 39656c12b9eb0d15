import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { bytesIn } from '../support/folder.js';
import { formatBytes } from '../support/text.js';
import { cacheLayout } from '../tensor/cache/folder.js';
import { tensorflowVersion } from '../tensor/tensorflow/native-paths.js';
import { checkSpace } from './disk.js';
import { driverObstacle } from './driver.js';
import { asFailure, SetupFailure } from './failure.js';
import { DamagedWheel, type KeptWheel, keepWheel, unpackWheels, type WheelTools } from './kept-wheels.js';
import { checkPrerequisites } from './prerequisites.js';
import type { StrategyTools } from './tools.js';
import {
  extraRequirements,
  type Machine,
  packageName,
  tensorflowRequirements,
  type Variant,
  wheelObstacle,
} from './wheels.js';

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

/** Bytes that all wheels and what is unpacked of them take at the worst moment, when the last is unpacked. */
const spaceNeeded: Readonly<Record<Variant, number>> = { cpu: 1.3e9, gpu: 12e9 };

/** Name in the cache of the library of one variant, for one kind of machine. */
export function libraryName({ platform, arch }: Machine, variant: Variant): string {
  return `tensorflow-${tensorflowVersion}-${variant}-${platform}-${arch}-${cacheLayout}`;
}

/** Name in the cache of the folder that keeps the wheels of a library. A forced set-up takes none from one that was not. */
function wheelsName(library: string, force: boolean): string {
  return `wheels-${library}${force ? '-anew' : ''}`;
}

/**
 * Gives a folder with TensorFlow's headers (include) and libraries (lib), and for GPUs NVIDIA's (nvidia). What the
 * cache does not have is downloaded, wheel by wheel, after all that can be known to be in the way was looked at. Wheels
 * are kept until the library is there, so that a set-up that was broken off goes on where it ended.
 *
 * @throws SetupFailure when there is none for this machine, or the wheels cannot be had or unpacked.
 */
export async function provideWheelLibrary(
  tools: StrategyTools,
  variant: Variant,
  force: boolean,
): Promise<string> {
  const { cache, machine } = tools;
  const obstacle = wheelObstacle(machine, variant);
  if (obstacle !== undefined) throw new SetupFailure(obstacle, '');
  const library = libraryName(machine, variant);
  if (!force && (await cache.has(library))) {
    tools.progress.note(`TensorFlow's library is in ${cache.root}`);
  } else {
    await makeLibrary(await readyTools(tools, variant, force), library, variant, force);
  }
  for (const forced of [false, true]) {
    const wheels = wheelsName(library, forced);
    if (existsSync(path.join(cache.root, wheels))) await cache.remove(wheels);
  }
  return path.join(cache.root, library);
}

/** Looks at all that would make a download vain: the driver, the disk, then Python and the compiler. */
async function readyTools(tools: StrategyTools, variant: Variant, force: boolean): Promise<WheelTools> {
  const { cache, freeSpace, projectFolder, run } = tools;
  if (variant === 'gpu') checkDriver(tools, force);
  const wheels = wheelsName(libraryName(tools.machine, variant), force);
  const downloaded = await bytesIn(path.join(cache.root, wheels));
  await checkSpace(cache, freeSpace, spaceNeeded[variant], downloaded);
  const python = await checkPrerequisites(run);
  const extractor = path.join(projectFolder, 'src', 'setup', 'extract_wheel.py');
  return { ...tools, python, extractor, wheels };
}

function checkDriver({ driver, progress }: StrategyTools, force: boolean): void {
  const obstacle = driverObstacle(driver);
  if (obstacle === undefined) return;
  if (!force) throw obstacle;
  progress.note(`${obstacle.message}; passed over, as --force asks`);
}

async function makeLibrary(
  tools: WheelTools,
  library: string,
  variant: Variant,
  force: boolean,
): Promise<void> {
  const { cache } = tools;
  try {
    const tensorflow = await keepTensorFlow(tools, variant);
    const cuda = variant === 'gpu' ? await keepCuda(tools, tensorflow) : [];
    await cache.folder(
      library,
      async (folder) => {
        await fillLibrary(tools, tensorflow, cuda, folder);
      },
      { replace: force },
    );
  } catch (error) {
    // Another set-up may have been faster, and taken away the wheels that both used.
    if (!force && (await cache.has(library))) return;
    if (error instanceof DamagedWheel) await cache.remove(error.folder);
    throw await withKept(tools, asFailure(error));
  }
}

/** A failure whose advice says what the next attempt need not download. */
async function withKept({ cache, wheels }: WheelTools, failure: SetupFailure): Promise<SetupFailure> {
  const bytes = await bytesIn(path.join(cache.root, wheels));
  if (bytes === 0) return failure;
  const kept = `What was downloaded whole (${formatBytes(bytes)}) is kept: the same command goes on from there.`;
  return new SetupFailure(failure.message, `${failure.advice} ${kept}`.trim());
}

async function keepTensorFlow(tools: WheelTools, variant: Variant): Promise<KeptWheel> {
  const failures: SetupFailure[] = [];
  for (const requirement of tensorflowRequirements(tools.machine, variant)) {
    try {
      return await keepWheel(tools, requirement, requirement.line.split(' ')[0] ?? 'tensorflow');
    } catch (error) {
      if (!(error instanceof SetupFailure)) throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? new SetupFailure('no package is known for this machine', '');
}

/** Which CUDA libraries there must be stands in the METADATA of TensorFlow's wheel. */
async function keepCuda(tools: WheelTools, { file, metadata }: KeptWheel): Promise<KeptWheel[]> {
  const requirements = extraRequirements(metadata, 'and-cuda');
  if (requirements.length === 0)
    throw new SetupFailure(`${path.basename(file)} names no CUDA libraries in an extra and-cuda`, '');
  const wheels: KeptWheel[] = [];
  for (const [index, requirement] of requirements.entries()) {
    const title = `${packageName(requirement)} (${index + 1} of ${requirements.length})`;
    wheels.push(await keepWheel(tools, requirement, title));
  }
  return wheels;
}

async function fillLibrary(
  tools: WheelTools,
  tensorflow: KeptWheel,
  cuda: readonly KeptWheel[],
  folder: string,
): Promise<void> {
  const unpacked = path.join(folder, 'unpacked');
  await unpackWheels(tools, 'tensorflow', [tensorflow], unpacked, tensorflowEntries);
  await arrange(folder, unpacked);
  if (cuda.length > 0) await unpackWheels(tools, `${cuda.length} CUDA libraries`, cuda, folder, cudaEntries);
  // As sha256sum writes it.
  const made = [tensorflow, ...cuda].map(({ file, sha256 }) => `${sha256}  ${path.basename(file)}\n`);
  await writeFile(path.join(folder, 'wheels.txt'), made.join(''));
}

/** Lays the unpacked wheel out as the addon's build and its RUNPATH want it. */
async function arrange(folder: string, unpacked: string): Promise<void> {
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
}
