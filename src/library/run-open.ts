import type { RunConfig } from '../config/index.js';
import type { Dataset } from '../data/dataset.js';
import { messageOf, UserError } from '../errors.js';
import type { LoadedPlugin } from '../plugin/load.js';
import { openPlugins } from '../plugin/open.js';
import type { RunFacts } from '../record/manifest.js';
import { metricsTable } from '../record/tables/metrics.js';
import { withReports } from '../record/tables/reports.js';
import { stepsTable } from '../record/tables/steps.js';
import { toldBy } from '../support/stream.js';
import { printable } from '../support/text.js';
import { openEngine } from '../tensor/backend.js';
import type { Engine } from '../tensor/engine.js';
import type { Methods } from '../train/methods.js';
import { planOf } from '../train/plan.js';
import type { DataOptions } from './data.js';
import { readDataset } from './dataset.js';
import { describeProgram } from './facts.js';
import type { NoteEvent, OpenEvent } from './run-events.js';

/** What the seeds of a configuration are trained with. */
export interface OpenRun {
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** What the names in the configuration stand for. */
  readonly methods: Methods;
  readonly plugins: readonly LoadedPlugin[];
  readonly facts: Omit<RunFacts, 'seed'>;
}

/** One seed, and what it is trained with. */
export interface SeedOptions extends OpenRun {
  readonly config: RunConfig;
  readonly seed: number;
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

export interface OpenOptions extends DataOptions {
  /** One that is open already. */
  readonly engine?: Engine | undefined;
  /** Refuse to run without a GPU. */
  readonly requireGpu?: boolean | undefined;
  /** What the manifest says that was typed. */
  readonly commandLine: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Provides data and engine, and tells what they are.
 *
 * @throws what `signal` was aborted with, while data are downloaded; UserError `data`, `engine`
 */
export async function* openRun(config: RunConfig, options: OpenOptions): AsyncGenerator<OpenEvent, OpenRun> {
  const { plugins, methods } = await openPlugins([config]);
  requireColumns(plugins);
  const dataset = yield* readDataset(config, { ...options, look: methods(config).model });
  planOf(config, dataset);
  const engine = options.engine ?? (yield* openTold(config, options));
  requireEngine(config, engine);
  yield { type: 'opened', headline: headline(config, dataset, engine), engine: engine.info };
  const program = await describeProgram(engine, dataset, options.commandLine);
  const facts = config.plugins === undefined ? program : { ...program, plugins: config.plugins };
  return { dataset, engine, methods: methods(config), plugins, facts };
}

/** A run's numbers are those of its backend: an engine that was opened for something else would give others. */
function requireEngine({ backend, precision }: RunConfig, { info }: Engine): void {
  if ((backend === 'auto' || backend === info.backend) && precision === info.precision) return;
  throw new UserError(
    'engine',
    `the engine is ${info.backend} in ${info.precision}, and the configuration says backend: ${backend}, ` +
      `precision: ${precision}. Open one with openEngine({ backend, precision }) of the configuration, or change these keys.`,
  );
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

async function* openTold(
  { backend, precision }: RunConfig,
  { requireGpu = false, signal }: OpenOptions,
): AsyncGenerator<NoteEvent, Engine> {
  return yield* toldBy<NoteEvent, Engine>(
    (tell) =>
      openEngine({
        ...{ backend, precision, requireGpu },
        onFallback(reason) {
          tell({ type: 'note', seed: undefined, text: fallbackNote(reason) });
        },
      }),
    { signal },
  );
}

/** Why `auto` goes on without the native library. */
export function fallbackNote(reason: string): string {
  return `${reason}\n      Training goes on with the portable WebAssembly backend, which is much slower.`;
}

/** Such as `resnet20 on cifar100 (50000 + 10000 images), gan + adamw, TensorFlow 2.21.0 on CPU: …`. */
function headline({ model, optimizer, precision }: RunConfig, dataset: Dataset, { info }: Engine): string {
  const transform = optimizer.gradient === 'none' ? '' : `${optimizer.gradient} + `;
  const { validation } = dataset;
  const heldOut = validation === undefined ? '' : `, ${validation.count} held out for validation`;
  return [
    `${model} on ${printable(dataset.name)} (${dataset.train.count} + ${dataset.test.count} images${sizeIn(dataset)}${heldOut})`,
    `${transform}${optimizer.base}${precision === 'float32' ? '' : ` in ${precision}`}`,
    `${info.library} on ${info.devices.join(', ')}`,
  ].join(', ');
}

/** Of a known data set everybody knows it. */
function sizeIn({ facts }: Dataset): string {
  if (facts === undefined) return '';
  const { height, width, channels } = facts.image;
  return ` of ${height} x ${width} x ${channels}`;
}
