import { existsSync } from 'node:fs';
import path from 'node:path';

import { packageFolder, satisfies, supportedNode } from '../src/support/package.js';
import { messageOf, UserError } from '../src/errors.js';
import { nativePaths, nvidiaGpus } from '../src/tensor/tensorflow/native.js';
import { probeNative } from '../src/tensor/tensorflow/native-probe.js';
import { Cache, cacheFolder } from '../src/setup/cache.js';
import { runCommand } from '../src/setup/command.js';
import { provideKernels } from '../src/setup/kernels.js';
import { parseSetupOptions, setupHelp } from '../src/setup/options.js';
import { StreamProgress } from '../src/setup/progress.js';
import { provideLibrary } from '../src/setup/provide.js';
import { strategiesFor } from '../src/setup/strategies.js';
import { summarize } from '../src/setup/summary.js';
import { thisMachine } from '../src/setup/wheels.js';

async function main(args: readonly string[]): Promise<void> {
  const { gpu, force, help } = parseSetupOptions(args);
  if (help) {
    process.stdout.write(setupHelp);
    return;
  }
  checkNode();
  const progress = new StreamProgress(process.stdout);
  progress.note('gan-bench setup');
  const native = nativePaths();
  const cache = new Cache(cacheFolder());
  const gpuInstalled = (): boolean => existsSync(path.join(native.deps, 'nvidia'));
  const outcome = await provideLibrary({
    force,
    strategies: strategiesFor(
      { cache, machine: thisMachine(), progress, run: runCommand, native, projectFolder: packageFolder() },
      { gpu, force },
    ),
    probe: async () => await probeNative(),
    accepts: (status) => !gpu || gpuInstalled() || (status.state === 'ready' && status.usesGpu),
    progress,
  });
  const facts = { outcome, gpuAsked: gpu, gpuInstalled: gpuInstalled(), gpus: nvidiaGpus() };
  if (outcome.status.state === 'ready' && !outcome.status.usesGpu) {
    await provideKernels({ cache, progress, run: runCommand, deps: native.deps });
    // Asked once more, now that the kernels are there.
    facts.outcome = { ...outcome, status: await probeNative() };
  }
  process.stdout.write(`\n${summarize(facts)}`);
}

function checkNode(): void {
  const range = supportedNode();
  if (satisfies(process.versions.node, range)) return;
  throw new UserError(
    'engine',
    `Node ${process.versions.node} is too old: gan-bench needs ${range}. See nodejs.org.`,
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UserError;
  process.stderr.write(
    `setup: ${known || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message)}\n`,
  );
  process.exitCode = known ? error.exitCode : 1;
}
