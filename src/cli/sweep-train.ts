import process from 'node:process';

import { resolveDataRoot } from '../data/paths.js';
import type { SweepEvent, SweepTally } from '../sweep/events.js';
import { writeFrozen } from '../sweep/frozen.js';
import { isOpen, type QueueOptions } from '../sweep/queue.js';
import { runSweep } from '../sweep/run-sweep.js';
import type { MemberState } from '../sweep/state.js';
import { writeSummaries } from '../sweep/summaries.js';
import type { Member, Sweep } from '../sweep/sweep.js';
import { startWorker } from '../sweep/worker.js';
import { ensureDataset } from './data.js';
import { listenForInterrupts, type Interrupts } from './interrupts.js';
import { output } from './output.js';
import { shellCommand } from './shell.js';
import { sweepDisplay } from './sweep-display.js';
import type { SweepOptions } from './sweep-options.js';
import { printResult, tellGivenUp } from './sweep-report.js';

/** What a command does: which members, as they stand, and how often each may fail. */
export interface Task extends Pick<QueueOptions, 'triesFor'> {
  readonly sweep: Sweep;
  readonly states: readonly MemberState[];
}

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
  if (tally !== undefined) await report(task.sweep, tally, options);
  setExitStatus(tally, interrupts);
  if (signal.aborted) output.tell(goOn);
}
