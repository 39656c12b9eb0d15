import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { z } from 'zod';

import { UserError } from '../../errors.js';

export const packageName = '@tensorflow/tfjs-node-gpu';

export const addonFile = 'tfjs_binding.node';
export const logFilterFile = 'log_filter.so';

/** Where the parts of the native library lie inside node_modules. */
export interface NativePaths {
  /** Folder of the package \@tensorflow/tfjs-node-gpu. */
  readonly packageFolder: string;
  /** The compiled addon; it finds the libraries in {@link deps}/lib through its RUNPATH. */
  readonly addon: string;
  /** TensorFlow's headers (include) and libraries (lib), and NVIDIA's (nvidia) in a set-up for GPUs. */
  readonly deps: string;
  /** Keeps TensorFlow quiet while it loads; absent where it could not be compiled. */
  readonly logFilter: string;
}

/** @throws UserError `engine` when the package itself is not installed. */
export function nativePaths(): NativePaths {
  let packageFolder: string;
  try {
    packageFolder = path.dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  } catch (error) {
    throw new UserError('engine', `${packageName} is not installed. Run \`npm ci\`.`, { cause: error });
  }
  // napi-v8 is the newest the package names, and every supported Node has it.
  const addonFolder = path.join(packageFolder, 'lib', 'napi-v8');
  return {
    packageFolder,
    addon: path.join(addonFolder, addonFile),
    deps: path.join(packageFolder, 'deps'),
    logFilter: path.join(addonFolder, logFilterFile),
  };
}

const manifestSchema = z.object({ version: z.string() });

/** Where the cache keeps the addon that was compiled against the library in a folder, and the log filter. */
export function addonFolder(library: string, packageFolder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
  return path.join(library, `addon-${manifestSchema.parse(manifest).version}`);
}
