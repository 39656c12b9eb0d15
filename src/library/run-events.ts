import type { ExperimentSummary } from '../record/summary.js';
import type { EngineInfo } from '../tensor/engine.js';
import type { TrainEvent } from '../train/events.js';
import type { DataEvent } from './data.js';

/** What should be known; `seed` is undefined where it is of no seed in particular. */
export interface NoteEvent {
  readonly type: 'note';
  readonly seed: number | undefined;
  readonly text: string;
}

/** Everything that one seed tells, in order. `seed-ended` comes last; a failure is told by `run-failed` before it. */
export type SeedEvent =
  | (TrainEvent & { readonly seed: number })
  | NoteEvent
  /** It was finished by an earlier command, and is left alone. */
  | { readonly type: 'already-finished'; readonly seed: number; readonly directory: string }
  | SeedEnded;

export interface SeedEnded {
  readonly type: 'seed-ended';
  readonly seed: number;
  /** The run's folder. */
  readonly directory: string;
  readonly outcome: 'finished' | 'interrupted' | 'failed';
  /** Why it failed. */
  readonly error: Error | undefined;
}

/** Everything that data and engine tell while they are provided. */
export type OpenEvent =
  | DataEvent
  | NoteEvent
  | {
      readonly type: 'opened';
      /** What is trained on what with what, for people. */
      readonly headline: string;
      readonly engine: EngineInfo;
    };

/** Everything that the seeds of a configuration tell, in order. */
export type RunEvent =
  | OpenEvent
  | SeedEvent
  /** The last one, where a seed was begun: what is known of the seeds, of earlier commands too, as in `summary.csv`. */
  | { readonly type: 'summary'; readonly summary: ExperimentSummary };

export function noteOf(seed: number, text: string): NoteEvent {
  return { type: 'note', seed, text };
}
