import process from 'node:process';

import { trainTask } from '../library/sweep.js';
import type { Task } from '../library/task.js';
import type { SweepTally } from '../sweep/events.js';
import type { NamedSummary } from '../sweep/summaries.js';
import { dataDisplay } from './fetch-display.js';
import { listenForInterrupts, type Interrupts } from './interrupts.js';
import { output } from './output.js';
import { shellCommand } from './shell.js';
import { sweepDisplay } from './sweep-display.js';
import type { SweepOptions } from './sweep-options.js';
import { printResult, tellGivenUp } from './sweep-report.js';

/** What came of a sweep. */
interface Result {
  readonly tally: SweepTally;
  readonly summaries: readonly NamedSummary[];
}

/** Trains members in processes of their own, and sets the exit status. */
export async function trainMembers(task: Task, options: SweepOptions): Promise<void> {
  const goOn = `Go on with: ${shellCommand(process.argv.slice(2))}`;
  const kill = new AbortController();
  const interrupts = listenForInterrupts(goOn, () => {
    kill.abort();
  });
  const { signal } = interrupts;
  let result: Result | undefined;
  try {
    tellGivenUp(task);
    result = await follow(task, options, { signal, killSignal: kill.signal });
  } catch (error) {
    // What Ctrl-C ended before the first member, such as a download, throws the signal's reason.
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    interrupts.stop();
  }
  if (result !== undefined) printResult(task.sweep, result.tally, result.summaries, options);
  setExitStatus(result?.tally, interrupts);
  if (signal.aborted) output.tell(goOn);
}

/** Trains, and shows how it goes. */
async function follow(
  task: Task,
  options: SweepOptions,
  signals: { readonly signal: AbortSignal; readonly killSignal: AbortSignal },
): Promise<Result | undefined> {
  const { quiet, json } = options;
  const data = dataDisplay({ output, quiet });
  const display = sweepDisplay({ output, quiet, json });
  let tally: SweepTally | undefined;
  try {
    for await (const event of trainTask(task, { ...options, ...signals })) {
      if (event.type === 'data-progress' || event.type === 'data-retry') data.on(event);
      else if (event.type === 'sweep-summary') return tally && { tally, summaries: event.summaries };
      else {
        data.close();
        display.on(event);
        if (event.type === 'sweep-finished') ({ tally } = event);
      }
    }
  } finally {
    data.close();
    display.close();
  }
  return undefined;
}

/** 0 only when nothing is left to do, so that what builds on the results may follow with `&&`. */
function setExitStatus(tally: SweepTally | undefined, { signal, exitCode }: Interrupts): void {
  if (signal.aborted) process.exitCode = exitCode;
  else if (tally?.finished !== tally?.members) process.exitCode = 1;
}
