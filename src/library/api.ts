import { loadConfig as loadConfigWith, type Overrides, type RunConfig } from '../config/index.js';
import type { Sweep } from '../sweep/sweep.js';
import type { CompareOptions } from './asked.js';
import type { StudyComparison } from './compare.js';
import type { ReportOptions, WrittenReport } from './report.js';
import type { RunEvent } from './run-events.js';
import type { StudyEvent, SweepOptions } from './sweep.js';
import type { TrainOptions } from './train.js';

/*
 * The functions that others import. What each needs is loaded when it is called: engines, figures and statistics take a
 * while, and nobody needs all of them.
 */

/**
 * Reads a JSON or YAML configuration with all that it extends, loads the plug-ins that it names, lays the overrides over it
 * and fills in the defaults.
 *
 * @param file the path of the file
 * @throws ConfigError which lists what is wrong, one line each; UserError `config` for a file that is `abstract`, or a sweep
 */
export async function loadConfig(file: string, overrides: Overrides = {}): Promise<RunConfig> {
  const { providePlugin } = await import('../plugin/open.js');
  return await loadConfigWith(file, overrides, providePlugin);
}

/**
 * Reads a JSON or YAML sweep file and makes its members, with the overrides laid over each of them.
 *
 * @param file the path of the file
 * @throws ConfigError which lists what is wrong, one line each
 */
export async function loadSweep(file: string, overrides: Overrides = {}): Promise<Sweep> {
  const [{ loadSweep: loadSweepWith }, { providePlugin }] = await Promise.all([
    import('../sweep/load.js'),
    import('../plugin/open.js'),
  ]);
  return await loadSweepWith(file, overrides, providePlugin);
}

/**
 * Trains every seed of a configuration in turn, in this process, and tells how it goes. The next piece of work starts when
 * the next event is asked for. Each seed has its folder, `<output>/<name>/seed-<n>/`, with the files that `gan-bench run`
 * writes; a seed that fails is told of, and the others go on. Who reads no further ends the seed in progress after its
 * step, without a checkpoint; to save one, abort `signal` and read to the end.
 *
 * @throws UserError `usage` for a run that is there already, `config` for one of another configuration, `checkpoint` for one
 *   that cannot be gone on with, `io` for one that another process has, `data`, `engine`; what `signal` was aborted with,
 *   while data are downloaded
 */
export async function* train(config: RunConfig, options: TrainOptions = {}): AsyncGenerator<RunEvent, void> {
  const { trainConfig } = await import('./train.js');
  yield* trainConfig(config, options);
}

/**
 * Trains every member of a sweep that is not finished, several at a time, each in a process of its own, and tells how it
 * goes. What was stopped or killed goes on from its last checkpoint, what failed is tried again; a member that fails is
 * told of. Who reads no further ends the workers at once; to save checkpoints, abort `signal` and read to the end.
 *
 * @param file a sweep file, or what {@link loadSweep} made of one
 * @throws ConfigError for a wrong file; UserError `usage` for a pattern that fits no member, `config` for a folder that holds
 *   another experiment, `io` for damaged files, `data`; what `signal` was aborted with, while data are downloaded
 */
export async function* sweep(
  file: string | Sweep,
  options: SweepOptions = {},
): AsyncGenerator<StudyEvent, void> {
  const { trainSweep } = await import('./sweep.js');
  yield* trainSweep(file, options);
}

/**
 * Compares the configurations of a study, seed by seed: which is better, and how sure that is.
 *
 * @param places sweep files, their folders, or any folders of runs
 * @throws UserError `usage` where there is nothing to compare, or it is not clear with what
 */
export async function compare(
  places: readonly string[],
  options: CompareOptions = {},
): Promise<StudyComparison> {
  const { compareStudy } = await import('./compare.js');
  return await compareStudy(places, options);
}

/**
 * Writes the report of a study: verdicts, curves, gradient dynamics and provenance in one HTML file, and the same as files
 * to cite. The same runs make the same bytes. A report that is there is replaced.
 *
 * @param places sweep files, their folders, or any folders of runs
 * @throws UserError `usage` where there is nothing to compare, or several places and no `out`; `io`
 */
export async function report(places: readonly string[], options: ReportOptions = {}): Promise<WrittenReport> {
  const { writeReport } = await import('./report.js');
  return await writeReport(places, options);
}
