/** The member that an event is of, and the worker (from 0 on) that has it. */
interface OfMember {
  readonly member: string;
  readonly seed: number;
  readonly worker: number;
}

/** How many members stand how. */
export interface SweepTally {
  readonly members: number;
  readonly finished: number;
  readonly running: number;
  readonly waiting: number;
  /** Failed, and not tried again by this command. */
  readonly failed: number;
  readonly interrupted: number;
  /** Held by a process of another command. */
  readonly elsewhere: number;
}

/** Everything that a sweep tells about itself, in order: displays and `--json` listen. */
export type SweepEvent =
  | {
      readonly type: 'sweep-started';
      readonly sweep: string;
      readonly directory: string;
      readonly workers: number;
      readonly threads: number;
      readonly tally: SweepTally;
    }
  | (OfMember & {
      readonly type: 'member-started';
      /** Completed epochs of the checkpoint that it goes on from. */
      readonly epoch: number;
      readonly epochs: number;
    })
  | (OfMember & {
      readonly type: 'member-progress';
      /** Completed epochs. */
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly totalSteps: number;
      /** After the last completed epoch, in [0, 1]. */
      readonly testAccuracy: number | undefined;
      readonly secondsLeft: number | undefined;
    })
  | (OfMember & {
      readonly type: 'member-finished';
      readonly testAccuracy: number | undefined;
      readonly tally: SweepTally;
    })
  | (OfMember & { readonly type: 'member-interrupted'; readonly tally: SweepTally })
  | (OfMember & {
      readonly type: 'member-failed';
      readonly reason: string;
      /** What the worker said last. */
      readonly lastLines: readonly string[];
      readonly isTriedAgain: boolean;
      readonly tally: SweepTally;
    })
  | {
      readonly type: 'member-passed-over';
      readonly member: string;
      readonly seed: number;
      /** Who holds it. */
      readonly reason: string;
    }
  /** What a worker has to say besides, line by line: notes and warnings. */
  | (OfMember & { readonly type: 'member-note'; readonly line: string })
  | { readonly type: 'sweep-finished'; readonly tally: SweepTally };
