import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

import type { Thoroughness } from '../cache/inventory.js';
import { addonFile, addonLibraries, logFilterFile, type NativePaths } from './native-paths.js';
import { type Distrust, folderProblem } from '../cache/trust.js';

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
export function nativeProblem(
  { cache, library, addonFolder }: NativePaths,
  by: Thoroughness,
): Distrust | undefined {
  if (!existsSync(library)) {
    return { path: library, found: 'leads to no library', fix: 'Run `gan-bench setup`.' };
  }
  const root = realpathSync(cache);
  const folder = realpathSync(library);
  if (path.dirname(folder) !== root) {
    return { path: library, found: `leads out of ${cache}`, fix: 'Run `gan-bench setup`.' };
  }
  return (
    folderProblem({ root, folder, concerns: isLoaded, by }) ??
    folderProblem({
      root,
      folder: path.join(folder, path.basename(addonFolder)),
      requires: [
        addonFile,
        addonLibraries,
        ...(existsSync(path.join(addonFolder, logFilterFile)) ? [logFilterFile] : []),
      ],
      by: 'content',
    })
  );
}

/** What keeps the kernels from being loaded. @param file - As `kernelLibrary` gives it. */
export function kernelProblem(file: string): Distrust | undefined {
  const kernels = path.dirname(file);
  const library = realpathSync(path.dirname(kernels));
  const folder = path.join(library, path.basename(kernels));
  return folderProblem({ root: path.dirname(library), folder, by: 'content' });
}
