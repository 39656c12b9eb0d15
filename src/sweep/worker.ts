import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { messageOf } from '../errors.js';
import { recordCrash } from '../record/crash.js';
import { packageFolder } from '../support/package.js';
import { placeOf, type Share } from './share.js';
import { memberKey, type Member } from './sweep.js';
import { Tail } from './tail.js';
import { parseMessage, STOP, type WorkerNews, type WorkerWord } from './worker-messages.js';

export type { WorkerNews };

/** How a worker ended. `failed` is recorded in the run's manifest, whatever ended it. */
export type WorkerEnd =
  | Exclude<WorkerWord, { outcome: 'failed' }>
  /** With what it wrote last. */
  | { readonly outcome: 'failed'; readonly reason: string; readonly lastLines: readonly string[] };

/** A child process that trains one member. */
export interface Worker {
  readonly ended: Promise<WorkerEnd>;
  /** Asks it to save a checkpoint and end. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface WorkerOptions {
  /** The frozen members, `sweep.json`. */
  readonly file: string;
  readonly member: Member;
  readonly share: Share;
  /** Options that are handed on to it: `--data-dir`, `--offline`, … */
  readonly args: readonly string[];
  readonly onNews: (news: WorkerNews) => void;
}

export type StartWorker = (options: WorkerOptions) => Worker;

/** Lines of what a worker wrote that are kept. */
const LAST_LINES = 20;

/**
 * Starts a worker. It has a process group of its own: Ctrl-C on the terminal reaches its parent alone, which decides
 * what becomes of it, and when the parent is gone, killed even, the channel to it closes, and it ends by itself.
 */
export const startWorker: StartWorker = (options) => {
  const { member, onNews } = options;
  const child = spawnMember(options);
  const tail = new Tail(LAST_LINES);
  for (const stream of [child.stdout, child.stderr]) {
    const lines = tail.stream();
    stream?.setEncoding('utf8').on('data', lines.write).on('end', lines.end);
  }
  let word: WorkerWord | undefined;
  child.on('message', (value) => {
    const message = parseMessage(value);
    if (message?.type === 'ended') word = message.end;
    else if (message !== undefined) onNews(message);
  });
  let wasKilled = false;
  const ended = exitOf(child).then(async (exit): Promise<WorkerEnd> => {
    const end = word ?? (wasKilled ? killed : { outcome: 'failed' as const, reason: exit });
    if (end.outcome === 'failed') return await recordFailure(member, end.reason, tail.lines);
    for (const line of tail.lines) onNews({ type: 'note', line });
    return end;
  });
  return {
    ended,
    stop() {
      // Whether it took that shows in how it ends.
      if (child.connected) child.send(STOP, () => undefined);
    },
    kill() {
      wasKilled = true;
      killGroup(child);
    },
  };
};

/** Whoever ends it on purpose saw no failure: it goes on from its last checkpoint. */
const killed = { outcome: 'interrupted' } as const;

function spawnMember({ file, member, share, args }: WorkerOptions): ChildProcess {
  const { under, env } = placeOf(share);
  const program = join(packageFolder(), 'bin', 'gan-bench.js');
  const command = [process.execPath, program, 'sweep', 'member', file, memberKey(member), ...args];
  const [executable = process.execPath, ...rest] = [...under, ...command];
  return spawn(executable, rest, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
}

/** How a process ended, in words, when it is gone and all that it wrote has been read. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      // Also told of a message that a running one did not take.
      if (child.pid === undefined) resolve(`it could not be started: ${messageOf(error)}`);
    });
    child.once('close', (status, signal) => {
      resolve(describeExit(status, signal));
    });
  });
}

function describeExit(status: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `its process ended with status ${status ?? 'unknown'}, without a word`;
  const hint = signal === 'SIGKILL' ? ": perhaps for want of memory (the system's log tells: dmesg)" : '';
  return `its process was ended by ${signal}${hint}`;
}

async function recordFailure(
  { directory }: Member,
  reason: string,
  lastLines: readonly string[],
): Promise<WorkerEnd> {
  try {
    await recordCrash(directory, reason);
    return { outcome: 'failed', reason, lastLines };
  } catch (error) {
    return { outcome: 'failed', reason, lastLines: [...lastLines, messageOf(error)] };
  }
}

/** With whatever it has started. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
