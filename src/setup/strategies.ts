import path from 'node:path';

import { tfjsNode } from '../tensor/tensorflow/native-paths.js';
import { type AddonTools, provideAddon } from './addon.js';
import type { Strategy } from './provide.js';
import type { StrategyTools } from './tools.js';
import { libraryName, provideWheelLibrary } from './wheel-library.js';
import type { Variant } from './wheels.js';

/** What was asked for, as far as it decides how the library is provided. */
export interface Wish {
  readonly gpu: boolean;
  /** Provide Dawn too, for GPUs of every maker. */
  readonly webgpu: boolean;
  /** Provide the library anew, even if the one installed loads, or NVIDIA's driver is not there or too old. */
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
      const forAddon = addonTools(tools);
      await provideAddon(forAddon, await provideWheelLibrary(tools, variant, force));
      await tools.cache.link(path.basename(tools.native.library), libraryName(tools.machine, variant));
    },
  };
}

function addonTools({ cache, progress, run, projectFolder }: StrategyTools): AddonTools {
  const logFilterSource = path.join(projectFolder, 'src', 'setup', 'log_filter.cc');
  return { cache, progress, run, tfjsNode: tfjsNode(), logFilterSource };
}
