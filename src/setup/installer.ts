import { copyFile, cp, lstat, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { addonFile, addonFolder } from '../tensor/tensorflow/native-paths.js';
import { nodeHeaders } from './addon.js';
import { lastLines } from './command.js';
import { SetupFailure } from './failure.js';
import { replaceLink } from './install.js';
import type { Strategy } from './provide.js';
import type { StrategyTools } from './tools.js';
import { libraryName } from './wheel-library.js';
import type { Variant } from './wheels.js';

const timeoutSeconds = 900;

/** TensorFlow as the installer of tfjs-node-gpu 4.22.0 gives it. */
const tensorflowVersion = '2.9.1';

/**
 * The installer that comes with the package: TensorFlow 2.9.1 from Google's storage, and an addon to go with it. What
 * it downloads is compared with no checksum; from then on it is kept and watched as any other library is.
 */
export function installerStrategy(tools: StrategyTools, variant: Variant): Strategy {
  return {
    name: 'the installer of @tensorflow/tfjs-node-gpu',
    attempt: async () => {
      await tools.progress.stage('run the installer of @tensorflow/tfjs-node-gpu', async () => {
        await runInstaller(tools, variant);
      });
      await keep(tools, variant);
    },
  };
}

async function runInstaller(
  { run, native: { packageFolder, deps, logFilter }, projectFolder }: StrategyTools,
  variant: Variant,
): Promise<void> {
  const binaries = path.join(projectFolder, 'node_modules', '.bin');
  const headers = nodeHeaders();
  const manifest = path.join(packageFolder, 'package.json');
  const original = await readFile(manifest);
  // It empties the folder of libraries: that must not be the one in the cache.
  if ((await lstat(deps).catch(() => undefined))?.isSymbolicLink() === true) await rm(deps);
  await rm(logFilter, { force: true });
  const { ok, output } = await run({
    file: process.execPath,
    args: [path.join('scripts', 'install.js'), variant, 'download'],
    cwd: packageFolder,
    env: {
      PATH: [binaries, process.env['PATH'] ?? ''].join(path.delimiter),
      ...(headers !== undefined && { npm_config_nodedir: headers }),
    },
    timeoutSeconds,
  });
  // The installer changes it, and leaves it changed when it fails.
  await writeFile(manifest, original);
  if (ok) return;
  const advice =
    'It downloads from storage.googleapis.com; check that this can be reached. `npm run setup` brings back what it removed.';
  throw new SetupFailure(reasonOf(output), advice);
}

/** Moves what was installed to the cache, where the loader finds what it was. */
async function keep({ cache, machine, native }: StrategyTools, variant: Variant): Promise<void> {
  const library = await cache.folder(
    libraryName(machine, variant, tensorflowVersion),
    async (folder) => {
      await cp(native.deps, folder, { recursive: true, verbatimSymlinks: true });
    },
    { replace: true },
  );
  const addon = path.relative(cache.root, addonFolder(library, native.packageFolder));
  await cache.folder(addon, async (folder) => {
    await copyFile(native.addon, path.join(folder, addonFile));
  });
  await replaceLink(library, native.deps);
}

function reasonOf(output: string): string {
  const errors = output
    .split('\n')
    .filter((line) => line.includes('Error: ') && !/Command failed|Failed to execute/.test(line));
  return lastLines(errors[0] ?? output, 1);
}
