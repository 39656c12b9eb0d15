import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import {
  KERNEL_VARIANTS,
  kernelLibrary,
  kernelSources,
  kernelVariant,
  type KernelVariant,
} from '../tensor/tensorflow/kernel-library.js';
import type { Cache } from './cache.js';
import { lastLines, type RunCommand } from './command.js';
import { asFailure, SetupFailure } from './failure.js';
import { checkBuildTools } from './prerequisites.js';
import type { Progress } from './progress.js';

export interface KernelTools {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly run: RunCommand;
  /** Folder of the native library, or a link to it. */
  readonly library: string;
}

/** Beside the sources, so that kernels compiled with other options have another checksum in their name. */
const optionsSchema = z.strictObject({
  common: z.array(z.string()),
  variants: z.record(z.enum(KERNEL_VARIANTS), z.array(z.string())),
});

export interface KernelWish {
  /** Default: the one for this processor. */
  readonly variant?: KernelVariant | undefined;
  /** Compile them though they are there. */
  readonly anew?: boolean;
}

/**
 * Compiles the project's own kernels for this processor, beside the native library in the cache, unless they are
 * there, unchanged. Training works without them, more slowly: that they do not compile is told and no failure.
 */
export async function provideKernels(
  tools: KernelTools,
  { variant = kernelVariant(), anew = false }: KernelWish = {},
): Promise<void> {
  const { cache, progress } = tools;
  if (variant === undefined) return;
  const inCache = nameInCache(tools);
  if (inCache === undefined || !existsSync(path.join(cache.root, inCache, kernelHeader))) {
    progress.note('the faster kernels need the library of TensorFlow’s Python package');
    return;
  }
  const library = path.join(cache.root, inCache);
  const folder = path.dirname(kernelLibrary(inCache, variant));
  if (!anew && (await cache.has(folder))) return;
  try {
    await progress.stage(`compile kernels for ${variant}`, async () => {
      await cache.folder(
        folder,
        async (staged) => {
          await compile(tools, variant, library, staged);
        },
        { replace: anew },
      );
    });
  } catch (error) {
    const { message, advice } = asFailure(error);
    progress.note(['without the faster kernels:', message, advice].join(' ').trimEnd());
  }
}

/** Takes the kernels of this processor away: without them everything works, more slowly. */
export async function removeKernels(tools: KernelTools): Promise<void> {
  const variant = kernelVariant();
  const inCache = nameInCache(tools);
  if (variant === undefined || inCache === undefined) return;
  await tools.cache.remove(path.dirname(kernelLibrary(inCache, variant)));
  tools.progress.note('without the faster kernels: they end the process');
}

/** The name in the cache of the library in use; undefined where it is not from the cache. */
function nameInCache({ cache, library }: KernelTools): string | undefined {
  const name = path.relative(realpathOf(cache.root), realpathOf(library));
  return name.startsWith('..') || path.isAbsolute(name) ? undefined : name;
}

const kernelHeader = path.join('include', 'tensorflow', 'c', 'kernels.h');

async function compile(
  { run }: KernelTools,
  variant: KernelVariant,
  library: string,
  folder: string,
): Promise<void> {
  await checkBuildTools(run);
  const compiler = process.env['CXX'] ?? 'g++';
  const sources = readdirSync(kernelSources()).filter((name) => name.endsWith('.cc'));
  const options = [...(await compilerOptions(variant)), '-I', path.join(library, 'include')];
  const waiting = [...sources];
  const worker = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const args = [...options, '-c', path.join(kernelSources(), name), '-o', `${name}.o`];
      await runCompiler(run, compiler, args, folder);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  const objects = sources.map((name) => `${name}.o`);
  const libraries = ['-L', path.join(library, 'lib'), '-ltensorflow', '-ltensorflow_framework'];
  // The folder lies beside TensorFlow's libraries, wherever both are moved.
  const link = [
    '-shared',
    ...objects,
    '-o',
    'kernels.so',
    ...libraries,
    '-pthread',
    '-Wl,-rpath,$ORIGIN/../lib',
  ];
  await runCompiler(run, compiler, link, folder);
  for (const object of objects) await rm(path.join(folder, object), { force: true });
}

async function compilerOptions(variant: KernelVariant): Promise<string[]> {
  const text = await readFile(path.join(kernelSources(), 'compiler-options.json'), 'utf8');
  const { common, variants } = optionsSchema.parse(JSON.parse(text));
  return [...common, ...variants[variant]];
}

async function runCompiler(
  run: RunCommand,
  compiler: string,
  args: readonly string[],
  folder: string,
): Promise<void> {
  const { ok, output } = await run({ file: compiler, args, cwd: folder });
  if (!ok)
    throw new SetupFailure(`the kernels do not compile: ${lastLines(output)}`, 'Update the C++ compiler.');
}

function realpathOf(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder;
}
