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

/** How much there is to do, in the unit in which members cost; those that are running are in neither. */
export interface SweepWork {
  /** Of finished members, and of others what they have done so far. */
  readonly done: number;
  /** What is left of the members that wait. */
  readonly waiting: number;
}

/** How the sweep stands after the event. */
interface Standing {
  readonly tally: SweepTally;
  readonly work: SweepWork;
}

/** Everything that a sweep tells about itself, in order: displays and `--json` listen. */
export type SweepEvent =
  | (Standing & {
      readonly type: 'sweep-started';
      readonly sweep: string;
      readonly directory: string;
      readonly workers: number;
      readonly threads: number;
    })
  | (OfMember &
      Standing & {
        readonly type: 'member-started';
        /** Of the whole member. */
        readonly cost: number;
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
  | (OfMember &
      Standing & {
        readonly type: 'member-finished';
        readonly testAccuracy: number | undefined;
      })
  | (OfMember & Standing & { readonly type: 'member-interrupted' })
  | (OfMember &
      Standing & {
        readonly type: 'member-failed';
        readonly reason: string;
        /** What the worker said last. */
        readonly lastLines: readonly string[];
        readonly isTriedAgain: boolean;
      })
  | (Standing & {
      readonly type: 'member-passed-over';
      readonly member: string;
      readonly seed: number;
      /** Who holds it. */
      readonly reason: string;
    })
  /** What a worker has to say besides, line by line: notes and warnings. */
  | (OfMember & { readonly type: 'member-note'; readonly line: string })
  | (Standing & { readonly type: 'sweep-finished' });
