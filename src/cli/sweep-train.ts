import process from 'node:process';

import { costOf } from '../bench/cost.js';
import type { RunConfig } from '../config/index.js';
import { provideDatasets } from '../library/data.js';
import type { Task } from '../library/task.js';
import { openPlugins } from '../plugin/open.js';
import type { SweepEvent, SweepTally } from '../sweep/events.js';
import { writeFrozen } from '../sweep/frozen.js';
import { runSweep } from '../sweep/run-sweep.js';
import { writeSummaries } from '../sweep/summaries.js';
import { startWorker } from '../sweep/worker.js';
import { dataDisplay } from './fetch-display.js';
import { listenForInterrupts, type Interrupts } from './interrupts.js';
import { output } from './output.js';
import { shellCommand } from './shell.js';
import { sweepDisplay } from './sweep-display.js';
import { memberArguments, type SweepOptions } from './sweep-options.js';
import { printResult, tellGivenUp } from './sweep-report.js';
import { openRuns, sharesOf } from '../library/sweep-shares.js';

/** Trains members in processes of their own, and sets the exit status. */
export async function trainMembers(task: Task, options: SweepOptions): Promise<void> {
  const goOn = `Go on with: ${shellCommand(process.argv.slice(2))}`;
  const kill = new AbortController();
  const interrupts = listenForInterrupts(goOn, () => {
    kill.abort();
  });
  const { signal } = interrupts;
  let tally: SweepTally | undefined;
  try {
    tellGivenUp(task);
    await provideData(task, options, signal);
    tally = await follow(task, options, { signal, killSignal: kill.signal });
  } catch (error) {
    // What Ctrl-C ended before the first member, such as a download, throws the signal's reason.
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    interrupts.stop();
  }
  if (tally !== undefined) printResult(task.sweep, tally, await writeSummaries(task.sweep), options);
  setExitStatus(tally, interrupts);
  if (signal.aborted) output.tell(goOn);
}

/** Once, before several workers would do so at the same time. */
async function provideData(task: Task, options: SweepOptions, signal: AbortSignal): Promise<void> {
  const names = new Set(openRuns(task).map(({ config }) => config.dataset.name));
  const display = dataDisplay({ output, quiet: options.quiet });
  try {
    for await (const event of provideDatasets(names, { ...options, signal })) display.on(event);
  } finally {
    display.close();
  }
}

/** Trains, and shows how it goes. @returns how the members stand at the end */
async function follow(
  task: Task,
  options: SweepOptions,
  signals: { readonly signal: AbortSignal; readonly killSignal: AbortSignal },
): Promise<SweepTally | undefined> {
  const { sweep } = task;
  const { quiet, json, failFast, workers } = options;
  const { methods } = await openPlugins(sweep.members.map(({ config }) => config));
  const model = (config: RunConfig) => methods(config).model;
  const events = runSweep({
    ...{ ...task, ...signals, failFast, start: startWorker, args: memberArguments(options) },
    file: await writeFrozen(sweep),
    shares: await sharesOf(workers ?? sweep.definition.workers, openRuns(task), model),
    costOf: ({ config }) => costOf(config, model),
  });
  const display = sweepDisplay({ output, quiet, json });
  let last: SweepEvent | undefined;
  try {
    for await (const event of events) {
      display.on(event);
      last = event;
    }
  } finally {
    display.close();
  }
  return last?.type === 'sweep-finished' ? last.tally : undefined;
}

/** 0 only when nothing is left to do, so that what builds on the results may follow with `&&`. */
function setExitStatus(tally: SweepTally | undefined, { signal, exitCode }: Interrupts): void {
  if (signal.aborted) process.exitCode = exitCode;
  else if (tally?.finished !== tally?.members) process.exitCode = 1;
}
