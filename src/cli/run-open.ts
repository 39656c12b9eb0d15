import process from 'node:process';

import type { RunConfig } from '../config/index.js';
import { loadDataset } from '../data/cifar.js';
import type { Dataset } from '../data/dataset.js';
import { resolveDataRoot } from '../data/paths.js';
import { messageOf, UserError } from '../errors.js';
import type { LoadedPlugin } from '../plugin/load.js';
import { openPlugins } from '../plugin/open.js';
import { metricsTable } from '../record/tables/metrics.js';
import { withReports } from '../record/tables/reports.js';
import { stepsTable } from '../record/tables/steps.js';
import type { RunFacts } from '../record/manifest.js';
import type { Methods } from '../train/methods.js';
import { openEngine } from '../tensor/backend.js';
import type { Engine } from '../tensor/engine.js';
import { ensureDataset } from './data.js';
import { describeProgram } from '../library/facts.js';
import type { Reporter } from './reporter.js';
import type { RunOptions } from './run-options.js';
import { headline } from './run-report.js';

/** What the seeds of a configuration are trained with. */
export interface OpenRun {
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** What the names in the configuration stand for. */
  readonly methods: Methods;
  readonly plugins: readonly LoadedPlugin[];
  readonly facts: Omit<RunFacts, 'seed'>;
}

export type OpenOptions = Pick<RunOptions, 'dataDir' | 'mirror' | 'offline' | 'quiet' | 'requireGpu'>;

/**
 * Provides data and engine, and reports what they are.
 *
 * @throws what `signal` was aborted with, while data are downloaded; UserError `data`, `engine`
 */
export async function openRun(
  config: RunConfig,
  options: OpenOptions,
  { reporter, signal }: { readonly reporter: Reporter; readonly signal: AbortSignal },
): Promise<OpenRun> {
  const { plugins, methods } = await openPlugins([config]);
  requireColumns(plugins);
  const dataset = await openDataset(config, options, signal);
  const { backend, precision } = config;
  const { requireGpu } = options;
  const onFallback = (reason: string): void => {
    reporter.note(fallbackNote(reason));
  };
  const engine = await openEngine({ backend, precision, requireGpu, onFallback });
  reporter.tell(headline(config, dataset, engine));
  const program = await describeProgram(engine, dataset);
  const facts = config.plugins === undefined ? program : { ...program, plugins: config.plugins };
  return { dataset, engine, methods: methods(config), plugins, facts };
}

/** What a plug-in reports may not be called as what every run records. */
function requireColumns(plugins: readonly LoadedPlugin[]): void {
  for (const { plugin, file } of plugins) {
    const reporting = [...Object.values(plugin.transforms), ...Object.values(plugin.optimizers)];
    for (const { reports } of reporting) {
      try {
        withReports(metricsTable, reports);
        withReports(stepsTable, reports);
      } catch (error) {
        throw new UserError('config', `the plug-in ${plugin.meta.name} (${file}): ${messageOf(error)}`);
      }
    }
  }
}

async function openDataset(config: RunConfig, options: OpenOptions, signal: AbortSignal): Promise<Dataset> {
  const { offline, quiet, mirror, dataDir } = options;
  const { name, trainSamples, testSamples } = config.dataset;
  const root = resolveDataRoot({ option: dataDir, env: process.env });
  await ensureDataset(name, root, { offline, quiet, mirror, signal });
  return await loadDataset({ name, directory: root, trainSamples, testSamples });
}

/** Why `auto` goes on without the native library. */
export function fallbackNote(reason: string): string {
  return `${reason}\n      Training goes on with the portable WebAssembly backend, which is much slower.`;
}
