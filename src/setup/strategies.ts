import path from 'node:path';

import { tfjsNode } from '../tensor/tensorflow/native-paths.js';
import { type AddonTools, provideAddon } from './addon.js';
import { SetupFailure } from './failure.js';
import { checkPrerequisites } from './prerequisites.js';
import type { Strategy } from './provide.js';
import type { StrategyTools } from './tools.js';
import { libraryName, provideWheelLibrary } from './wheel-library.js';
import { type Variant, wheelObstacle } from './wheels.js';

/** What was asked for, as far as it decides how the library is provided. */
export interface Wish {
  readonly gpu: boolean;
  /** Provide Dawn too, for GPUs of every maker. */
  readonly webgpu: boolean;
  /** Provide the library anew, even if the one installed loads. */
  readonly force: boolean;
}

/** The strategies for what was asked, best first. */
export function strategiesFor(tools: StrategyTools, { gpu, force }: Wish): Strategy[] {
  if (!gpu) return [wheelStrategy(tools, 'cpu', force)];
  // Better a library without a GPU than none.
  return [wheelStrategy(tools, 'gpu', force), wheelStrategy(tools, 'cpu', false)];
}

function wheelStrategy(tools: StrategyTools, variant: Variant, force: boolean): Strategy {
  return {
    name: variant === 'gpu' ? "TensorFlow's Python package for GPUs" : "TensorFlow's Python package",
    attempt: async () => {
      const obstacle = wheelObstacle(tools.machine, variant);
      if (obstacle !== undefined) throw new SetupFailure(obstacle, '');
      await provideParts(tools, variant, force);
      await tools.cache.link(path.basename(tools.native.library), libraryName(tools.machine, variant));
    },
  };
}

async function provideParts(tools: StrategyTools, variant: Variant, force: boolean): Promise<void> {
  const { cache, machine, projectFolder, progress, run } = tools;
  const source = path.join(projectFolder, 'src', 'setup');
  const addonTools: AddonTools = {
    cache,
    progress,
    run,
    tfjsNode: tfjsNode(),
    logFilterSource: path.join(source, 'log_filter.cc'),
  };
  const cached = !force && (await cache.has(libraryName(machine, variant)));
  if (cached) progress.note(`TensorFlow's library is in ${cache.root}`);
  const python = cached ? '' : await checkPrerequisites(run);
  const extractor = path.join(source, 'extract_wheel.py');
  const library = await provideWheelLibrary(
    { cache, machine, progress, run, python, extractor },
    variant,
    force,
  );
  await provideAddon(addonTools, library);
}
