import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll } from 'vitest';

const folders: string[] = [];
const children = new Set<ChildProcess>();
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is removed after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-e2e-'));
  folders.push(folder);
  return folder;
}

/** How a process ended: with a code or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** Gives it this on standard input, which is empty unless it is `typed`. */
  type(text: string): void;
  /** Waits until standard error has this text. */
  says(text: string): Promise<void>;
  /** Waits until standard output has something of this form. */
  prints(form: RegExp): Promise<string>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of the program, when it is another one. */
  readonly program?: string;
  /** A program with arguments that starts the command, such as `sh -c 'ulimit …; exec "$@"' sh`. */
  readonly under?: readonly string[];
  /** Standard input stays open. */
  readonly typed?: boolean;
}

/** Starts the command as users have it: compiled, in a process of its own. */
export function start(
  args: readonly string[],
  { cwd = process.cwd(), program = process.cwd(), env = {}, under = [], typed = false }: StartOptions = {},
): Running {
  const command = path.join(program, 'bin', 'gan-bench.js');
  const [file = process.execPath, ...rest] = [...under, process.execPath, command, ...args];
  const child = spawn(file, rest, {
    cwd,
    env: { ...process.env, GAN_BENCH_DATA: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (!typed) child.stdin.end();
  children.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  return {
    ended,
    kill: (signal) => child.kill(signal),
    type: (text) => child.stdin.write(text),
    says: async (text) => {
      await until(() => (output.stderr.includes(text) ? text : undefined), `ended without saying "${text}"`);
    },
    prints: (form) => until(() => form.exec(output.stdout)?.[0], `ended without printing ${String(form)}`),
  };

  /** What is found when something was written; looked for after each piece. */
  function until(find: () => string | undefined, failure: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found !== undefined) resolve(found);
      };
      look();
      for (const name of ['stdout', 'stderr'] as const) child[name].on('data', look);
      child.once('close', () => {
        reject(new Error(`${failure}:\n${output.stderr}`));
      });
    });
  }
}

/** Runs the command to its end. */
export async function ganBench(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return await start(args, options).ended;
}

/** A run of three epochs of ten steps. */
const tiny = {
  model: 'resnet20',
  dataset: { name: 'cifar100-mini', trainSamples: 30, testSamples: 10 },
  optimizer: 'gan',
  schedule: { warmupEpochs: 1, decay: { cosine: { minimum: 0 } } },
  epochs: 3,
  batchSize: 3,
  evalBatchSize: 10,
  seeds: [7],
  log: { everySteps: 1 },
};

/** The smallest run: one epoch of one step. */
export const smallest = {
  dataset: { name: 'cifar100-mini', trainSamples: 2, testSamples: 2 },
  batchSize: 2,
  epochs: 1,
};

/** Writes a small configuration, `tiny.json`, with these keys changed; returns its path. */
export async function writeConfig(folder: string, changes: object = {}): Promise<string> {
  const file = path.join(folder, 'tiny.json');
  await writeFile(file, JSON.stringify({ ...tiny, ...changes }));
  return file;
}

/** What no answer to a user's mistake has: the lines of a stack trace. */
export const stackTrace = /^ {4}at /m;

/** A module that the command loads before its own code, for `env`; one in CommonJS comes first in its threads, too. */
export function preload(file: string): Record<string, string> {
  const url = new URL(file, import.meta.url);
  return { NODE_OPTIONS: file.endsWith('.cjs') ? `--require ${url.pathname}` : `--import ${url.href}` };
}
