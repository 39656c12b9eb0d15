import type { RunConfig } from '../config/index.js';
import { experimentDirectory } from '../record/directory.js';
import { writeSummary } from '../record/summary.js';
import type { Engine } from '../tensor/engine.js';
import type { DataOptions } from './data.js';
import type { RunEvent } from './run-events.js';
import { openRun, type OpenOptions } from './run-open.js';
import { checkSeeds, runSeed } from './run-seed.js';

export interface TrainOptions extends DataOptions {
  /** What computes; default: opened as the configuration says. */
  readonly engine?: Engine | undefined;
  /** Go on from the newest checkpoint of each seed; finished seeds are left alone. Default: a run that is there is refused. */
  readonly resume?: boolean | undefined;
  /** Refuse to run without a GPU. */
  readonly requireGpu?: boolean | undefined;
  /** Ends the seed in progress after its step, with a checkpoint, and begins no other. */
  readonly signal?: AbortSignal | undefined;
  /** What the manifest says that was typed. Default: nothing. */
  readonly commandLine?: readonly string[] | undefined;
}

/** Trains every seed of a configuration in turn: `train` of the library, and `gan-bench run`. */
export async function* trainConfig(
  config: RunConfig,
  options: TrainOptions = {},
): AsyncGenerator<RunEvent, void> {
  const { resume = false, signal = new AbortController().signal, commandLine = [] } = options;
  await checkSeeds(config, resume);
  const open = yield* openRun(config, { ...options, signal, commandLine });
  let started = 0;
  for (const seed of config.seeds) {
    if (signal.aborted) break;
    started += 1;
    yield* runSeed({ ...open, config, seed, resume, signal });
  }
  if (started > 0) yield* summarize(config);
}

/** Trains one seed, or goes on with it, as {@link trainConfig} does, and leaves the summary to the sweep that it is of. */
export async function* trainMember(
  config: RunConfig,
  seed: number,
  options: OpenOptions,
): AsyncGenerator<RunEvent, void> {
  const open = yield* openRun(config, options);
  yield* runSeed({ ...open, config, seed, resume: true, signal: options.signal });
}

async function* summarize(config: RunConfig): AsyncGenerator<RunEvent, void> {
  const directory = experimentDirectory(config.output, config.name);
  const summary = await writeSummary(directory, { seeds: config.seeds, config });
  for (const { seed, outcome, reason } of summary.seeds) {
    if (outcome === 'damaged')
      yield { type: 'note', seed, text: `seed ${seed} is damaged and not counted: ${reason}` };
  }
  yield { type: 'summary', summary };
}
