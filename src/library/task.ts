import type { QueueOptions } from '../sweep/queue.js';
import type { MemberState } from '../sweep/state.js';
import type { Sweep } from '../sweep/sweep.js';

/** What is to be done of a sweep: which members, as they stand, and how often each may fail. */
export interface Task extends Pick<QueueOptions, 'triesFor'> {
  readonly sweep: Sweep;
  readonly states: readonly MemberState[];
}
