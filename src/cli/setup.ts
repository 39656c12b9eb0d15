import { Command } from 'commander';
import { z } from 'zod';

import { addOptions, flagOption, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import type { Progress } from '../setup/progress.js';
import type { Wish } from '../setup/strategies.js';
import { output } from './output.js';
import { setupProgress } from './setup-progress.js';
import { shellCommand } from './shell.js';

const setupOptionsSchema = z.strictObject({
  gpu: flagOption(
    '--gpu',
    "TensorFlow for NVIDIA GPUs with its CUDA libraries (Linux x64, several GB; needs NVIDIA's driver)",
  ),
  webgpu: flagOption(
    '--webgpu',
    'also Dawn, which trains on GPUs of every maker through Vulkan, Metal or Direct3D (50 MB fetched, 22 MB kept)',
  ),
  force: flagOption(
    '--force',
    "provide the library anew, even if the one installed loads; with --gpu, also where NVIDIA's driver is not there or too old",
  ),
});

/** Sets up, and says in words what came of it. */
export type SetUp = (wish: Wish, progress: Progress) => Promise<string>;

/** What sets up is loaded when it is asked for: no other command needs it. */
const setUpForReal: SetUp = async (wish, progress) => {
  const { setUp } = await import('../setup/set-up.js');
  const { summarize } = await import('../setup/summary.js');
  return summarize(await setUp(wish, progress));
};

/** `gan-bench setup`: the native library, its addon and the kernels, as far as they can be had. */
export function setupCommand(setUp: SetUp = setUpForReal): Command {
  const command = new Command('setup').description(
    'provide the native TensorFlow library that trains fastest, and compile the kernels',
  );
  return addOptions(command, setupOptionsSchema)
    .addHelpText(
      'after',
      `
What is installed already is taken if it is unchanged and loads, else the library inside TensorFlow's Python package, fetched
with pip, with an addon compiled for it. Without it gan-bench still trains, more slowly, on WebAssembly; that is no failure.
A set-up that was broken off goes on when it is repeated: packages that were downloaded whole are kept until then.

Environment:
  GAN_BENCH_CACHE                folder that keeps the library (else gan-bench in the user's cache folder)
  PIP_INDEX_URL, PIP_FIND_LINKS  where pip looks for the package, for a mirror or a folder of wheels

Examples:
  $ gan-bench setup
  $ gan-bench setup --webgpu
  $ gan-bench setup --gpu
  $ gan-bench setup --gpu --force    # on a cluster's login node, which has no GPU`,
    )
    .action(async (raw: RawOptions) => {
      const wish = parseOptions(setupOptionsSchema, raw);
      output.print(await setUp(wish, setupProgress(output)));
      output.print(`\nNext: ${shellCommand(['run', '--preset', 'smoke'])}`);
    });
}
