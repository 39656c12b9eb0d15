import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

import type { Thoroughness } from './inventory.js';
import { addonFile, addonFolder, logFilterFile, type NativePaths } from './native-paths.js';
import { copyProblem, type Distrust, folderProblem, trustedInventory } from './trust.js';

/** What is opened of TensorFlow's folder, or run: its libraries, and NVIDIA's with their compiler. */
function isLoaded(name: string): boolean {
  return name.startsWith(`lib${path.sep}`) || name.startsWith(`nvidia${path.sep}`);
}

/**
 * What keeps the native library from being loaded: somebody else's hand on it, or that it is not what set-up left
 * there. To be asked ahead of loading, which runs what it loads.
 *
 * @param by - How the libraries are compared; the addon is by all its bytes, always.
 */
export function nativeProblem(paths: NativePaths, by: Thoroughness): Distrust | undefined {
  if (!existsSync(paths.deps)) {
    return { path: paths.deps, found: 'leads to no library', fix: 'Run `gan-bench setup`.' };
  }
  const folder = realpathSync(paths.deps);
  const root = path.dirname(folder);
  return folderProblem({ root, folder, concerns: isLoaded, by }) ?? addonProblem(paths, root, folder);
}

function addonProblem(
  { packageFolder, addon, logFilter }: NativePaths,
  root: string,
  library: string,
): Distrust | undefined {
  const inventory = trustedInventory(root, addonFolder(library, packageFolder));
  if ('found' in inventory) return inventory;
  return (
    copyProblem(addon, inventory, addonFile) ??
    (existsSync(logFilter) ? copyProblem(logFilter, inventory, logFilterFile) : undefined)
  );
}

/** What keeps the kernels from being loaded. @param file - As `kernelLibrary` gives it. */
export function kernelProblem(file: string): Distrust | undefined {
  const kernels = path.dirname(file);
  const library = realpathSync(path.dirname(kernels));
  const folder = path.join(library, path.basename(kernels));
  return folderProblem({ root: path.dirname(library), folder, by: 'content' });
}
