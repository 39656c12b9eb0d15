import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { UserError } from '../../errors.js';
import { packageFolder } from '../../support/package.js';
import { cacheFolder, cacheLayout } from '../cache/folder.js';

/** Version of the TensorFlow that set-up provides. */
export const tensorflowVersion = '2.21.0';

/** What the program needs of \@tensorflow/tfjs-node-gpu: its backend (index.cjs) and the sources of its addon. */
export interface TfjsNode {
  readonly folder: string;
  readonly version: string;
}

const manifestSchema = z.object({ version: z.string() });

/** @throws UserError `engine` when it has not been built. */
export function tfjsNode(): TfjsNode {
  const folder = path.join(packageFolder(), 'dist', 'tfjs-node');
  const manifest = path.join(folder, 'package.json');
  if (!existsSync(manifest)) throw new UserError('engine', `${folder} is not there. Run \`npm run build\`.`);
  return { folder, ...manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))) };
}

/** Where the parts of the native library lie in the cache. */
export interface NativePaths {
  readonly cache: string;
  /**
   * Link to the library that is in use on this kind of machine: TensorFlow's headers (include) and libraries (lib), and
   * NVIDIA's (nvidia) in a set-up for GPUs.
   */
  readonly library: string;
  /** Folder in the library of the addon that was compiled against it. */
  readonly addonFolder: string;
}

/** @throws UserError `engine` when the program has not been built. */
export function nativePaths(): NativePaths {
  const cache = cacheFolder();
  const library = path.join(
    cache,
    `tensorflow-${tensorflowVersion}-in-use-${process.platform}-${process.arch}-${cacheLayout}`,
  );
  return { cache, library, addonFolder: addonFolder(library, tfjsNode().version) };
}

/** Whether the library that is in use is the one for NVIDIA's GPUs. */
export function isForCuda({ library }: NativePaths): boolean {
  return existsSync(path.join(library, 'nvidia'));
}

/** The folder of the addon in a library. */
export function addonFolder(library: string, version: string): string {
  return path.join(library, `addon-${version}-${cacheLayout}`);
}

/** The addon in its folder. It looks for TensorFlow's libraries in ../../deps/lib (its RUNPATH). */
export const addonFile = path.join('lib', 'napi-v8', 'tfjs_binding.node');

/** Beside the addon; keeps TensorFlow quiet while it loads; absent where it could not be compiled. */
export const logFilterFile = path.join('lib', 'napi-v8', 'log_filter.so');

/** In the addon's folder, leads to TensorFlow's libraries. */
export const addonLibraries = path.join('deps', 'lib');
