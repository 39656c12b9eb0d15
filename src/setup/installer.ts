import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { nodeHeaders } from './addon.js';
import { lastLines, type RunCommand } from './command.js';
import { SetupFailure } from './failure.js';
import type { Progress } from './progress.js';
import type { Strategy } from './provide.js';
import type { Variant } from './wheels.js';

interface InstallerTools {
  readonly progress: Progress;
  readonly run: RunCommand;
  /** Folder of \@tensorflow/tfjs-node-gpu. */
  readonly packageFolder: string;
  /** Folder of package.json. */
  readonly projectFolder: string;
}

const timeoutSeconds = 900;

/** The installer that comes with the package: TensorFlow 2.9.1 from Google's storage, and an addon to go with it. */
export function installerStrategy(tools: InstallerTools, variant: Variant): Strategy {
  return {
    name: 'the installer of @tensorflow/tfjs-node-gpu',
    // It empties the folder of libraries before it downloads new ones.
    destructive: true,
    attempt: async () => {
      await tools.progress.stage('run the installer of @tensorflow/tfjs-node-gpu', async () => {
        await runInstaller(tools, variant);
      });
    },
  };
}

async function runInstaller(
  { run, packageFolder, projectFolder }: InstallerTools,
  variant: Variant,
): Promise<void> {
  const binaries = path.join(projectFolder, 'node_modules', '.bin');
  const headers = nodeHeaders();
  const manifest = path.join(packageFolder, 'package.json');
  const original = await readFile(manifest);
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
  const advice = 'It downloads from storage.googleapis.com; check that this can be reached.';
  throw new SetupFailure(reasonOf(output), advice);
}

function reasonOf(output: string): string {
  const errors = output
    .split('\n')
    .filter((line) => line.includes('Error: ') && !/Command failed|Failed to execute/.test(line));
  return lastLines(errors[0] ?? output, 1);
}
