import type { Member } from './sweep.js';

/** Where a worker computes. */
export interface Share {
  /** The processors it may use, as the system numbers them; undefined where it cannot be bound to some. */
  readonly processors: readonly number[] | undefined;
  readonly threads: number;
  /** The GPU it sees, as CUDA names it; undefined: those that the parent sees. */
  readonly gpu: string | undefined;
}

/** What a worker tells while it trains. */
export type WorkerNews =
  | {
      readonly type: 'progress';
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly totalSteps: number;
      readonly testAccuracy: number | undefined;
      readonly secondsLeft: number | undefined;
    }
  | { readonly type: 'note'; readonly line: string };

/** How a worker ended. `failed` is recorded in the run's manifest, whatever ended it. */
export type WorkerEnd =
  | { readonly outcome: 'finished' | 'interrupted' }
  /** Another process holds the folder. */
  | { readonly outcome: 'held'; readonly reason: string }
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
