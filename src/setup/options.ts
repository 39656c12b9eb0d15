import { parseArgs } from 'node:util';

import { messageOf, UserError } from '../errors.js';

export interface SetupOptions {
  /** Provide TensorFlow for NVIDIA GPUs. */
  readonly gpu: boolean;
  /** Provide the library anew, whatever is there. */
  readonly force: boolean;
  readonly help: boolean;
}

export const setupHelp = `Usage: npm run setup [-- --gpu] [-- --force]

Provides the native TensorFlow library that gan-bench trains with. It tries in order:
  1. what is installed already and loads,
  2. the library inside TensorFlow's Python package, fetched with pip, with an addon compiled for it,
  3. the installer of @tensorflow/tfjs-node-gpu.
Without any of them gan-bench still trains, more slowly, on WebAssembly.

Options:
  --gpu    TensorFlow for NVIDIA GPUs with its CUDA libraries (Linux x64, several GB; needs NVIDIA's driver)
  --force  provide the library anew, even if the one installed loads
  --help   show this text

Environment:
  GAN_BENCH_CACHE             folder that keeps the library (else gan-bench in the user's cache folder)
  PIP_INDEX_URL, PIP_FIND_LINKS  where pip looks for the package, for a mirror or a folder of wheels

Example:
  npm run setup -- --gpu
`;

/** @throws UserError `usage` for an option that does not exist. */
export function parseSetupOptions(args: readonly string[]): SetupOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        gpu: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UserError('usage', `${messageOf(error)}. Allowed: --gpu, --force, --help.`);
  }
}
