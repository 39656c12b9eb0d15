import { z } from 'zod';

import { flagOption } from '../support/options.js';

/** What `npm run setup` is told. */
export const setupOptionsSchema = z.strictObject({
  gpu: flagOption(
    '--gpu',
    "TensorFlow for NVIDIA GPUs with its CUDA libraries (Linux x64, several GB; needs NVIDIA's driver)",
  ),
  force: flagOption('--force', 'provide the library anew, even if the one installed loads'),
  legacyInstaller: flagOption(
    '--legacy-installer',
    "run the installer of @tensorflow/tfjs-node-gpu instead: TensorFlow 2.9.1 from Google's storage, not verified",
  ),
});

export type SetupOptions = z.output<typeof setupOptionsSchema>;

export const setupDescription =
  'Provides the native TensorFlow library that gan-bench trains with, and compiles the kernels.';

export const setupHelp = `
What is installed already is taken if it is unchanged and loads, else the library inside TensorFlow's Python package, fetched
with pip, with an addon compiled for it. Without it gan-bench still trains, more slowly, on WebAssembly.

Environment:
  GAN_BENCH_CACHE                folder that keeps the library (else gan-bench in the user's cache folder)
  PIP_INDEX_URL, PIP_FIND_LINKS  where pip looks for the package, for a mirror or a folder of wheels

Example:
  $ npm run setup -- --gpu
`;
