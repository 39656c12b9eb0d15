import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { messageOf, UserError } from '../../errors.js';
import { JOB, WAIT_NANOSECONDS } from './kernels/schedule.js';

/** Serves jobs until the process ends; it sleeps in between. */
const SERVE = `
const { module, memory, job } = require('node:worker_threads').workerData;
new WebAssembly.Instance(module, { env: { memory } }).exports.serve(job);
`;

/**
 * Starts the threads and reports the first that ends. It has a thread of its own because the main one hears of nothing
 * while it waits for a job: there an end would be told when it is too late.
 */
const WATCH = `
const { Worker, workerData } = require('node:worker_threads');
const { count, serve, shared, report } = workerData;
const told = new Int32Array(report, 0, 1);
function tell(reason) {
  if (told[0] !== 0) return;
  const text = Buffer.from(reason).subarray(0, report.byteLength - 4);
  Buffer.from(report, 4).set(text);
  Atomics.store(told, 0, text.length);
  Atomics.notify(new Int32Array(shared.memory.buffer), (shared.job + ${JOB.completed}) / 4);
}
for (let thread = 0; thread < count; thread++) {
  new Worker(serve, { eval: true, execArgv: [], workerData: shared })
    .on('error', (error) => tell(String(error?.message ?? error)))
    .on('exit', (code) => tell('it ended with status ' + code));
}
`;

/** As the native engine has it: what TensorFlow's variable says, else one for each processor that may be used. */
function wantedThreads(): number {
  const wanted = Number(process.env['TF_NUM_INTRAOP_THREADS']);
  return Number.isInteger(wanted) && wanted > 0 ? wanted : availableParallelism();
}

/** More threads than that find too few units in these networks. */
const MAXIMUM_THREADS = 8;

/** So many waits in which no unit was done, one after the other: units take milliseconds, even where load is high. */
const PATIENCE = 20;

const REPORT_BYTES = 4 + 500;

/** What all threads share. */
export interface Shared {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the one job: {@link JOB}.bytes, at a multiple of 8. */
  readonly job: number;
}

/** Runs jobs on the calling thread and on further ones, which do not keep the process alive. */
export class Threads {
  readonly #shared: Shared;
  readonly #call: (name: 'start' | 'wait', ...values: readonly number[]) => unknown;
  /** Length and text of why a thread has ended; the length is 0 while all live. */
  readonly #report = new SharedArrayBuffer(REPORT_BYTES);
  readonly #reportLength = new Int32Array(this.#report, 0, 1);
  #failure: UserError | undefined;

  constructor(shared: Shared, threads = wantedThreads()) {
    this.#shared = shared;
    const { module, memory, job } = shared;
    new Int32Array(memory.buffer, job, JOB.bytes / 4).fill(0);
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.#call = (name, ...values) => {
      const called = exports[name];
      if (typeof called !== 'function') throw new Error(`the kernels export no function ${name}`);
      return Reflect.apply(called, undefined, [job, ...values]);
    };
    const count = Math.min(threads, MAXIMUM_THREADS) - 1;
    if (count > 0) this.#startThreads(count);
  }

  /**
   * Runs so many units of a kernel and returns when all are done.
   *
   * @throws UserError `engine` when they never will be, because a thread has ended or does not answer, and from then on
   */
  run(kernel: number, units: number, values: readonly number[]): void {
    this.#requireAll();
    const { memory, job } = this.#shared;
    new Int32Array(memory.buffer, job + JOB.arguments, values.length).set(values);
    try {
      this.#call('start', kernel, units);
    } catch (error) {
      throw this.#fail(messageOf(error), error);
    }
    this.#await(units);
  }

  #await(units: number): void {
    let [before, idle] = [-1, 0];
    for (;;) {
      const completed = Number(this.#call('wait'));
      if (completed === units) return;
      this.#requireAll();
      idle = completed === before ? idle + 1 : 0;
      before = completed;
      if (idle === PATIENCE) {
        const seconds = (PATIENCE * WAIT_NANOSECONDS) / 1e9;
        throw this.#fail(`it has not answered for ${seconds} seconds`);
      }
    }
  }

  #startThreads(count: number): void {
    const workerData = { count, serve: SERVE, shared: this.#shared, report: this.#report };
    const watch = new Worker(WATCH, { eval: true, execArgv: [], workerData });
    watch.on('error', (error) => this.#fail(error.message, error));
    watch.on('exit', (code) => this.#fail(`what watches it ended with status ${code}`));
    watch.unref();
  }

  #requireAll(): void {
    const length = Atomics.load(this.#reportLength, 0);
    if (length > 0) this.#fail(Buffer.from(Buffer.from(this.#report, 4, length)).toString());
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The first failure stands: what comes after it follows from it. */
  #fail(reason: string, cause?: unknown): UserError {
    this.#failure ??= new UserError(
      'engine',
      `wasm: a thread that computes was lost (${reason}), and with it part of a step. ` +
        'Run the same command again with --resume to go on from the last checkpoint.',
      { cause },
    );
    return this.#failure;
  }
}
