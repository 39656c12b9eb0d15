import type { MemberState } from '../state.js';
import { memberKey, type Member } from '../sweep.js';
import type { JobState } from './queue.js';

/** Why a member is not submitted. */
export type Left = 'finished' | 'in the queue' | 'running' | 'given up';

export interface Choice {
  readonly members: readonly Member[];
  /** How many members are left out, by why. */
  readonly left: ReadonlyMap<Left, number>;
}

/**
 * Which members are to be submitted: those that are not finished, not in the queue and held by nobody.
 * @param queue - By the keys of the members.
 * @param options.retries - Whether those that have failed too often are submitted, too.
 */
export function chooseMembers(
  states: readonly MemberState[],
  queue: ReadonlyMap<string, JobState>,
  options: { readonly retries: boolean },
): Choice {
  const members: Member[] = [];
  const left = new Map<Left, number>();
  for (const { member, standing } of states) {
    const reason = queue.has(memberKey(member)) ? 'in the queue' : reasonOf(standing, options.retries);
    if (reason === undefined) members.push(member);
    else left.set(reason, (left.get(reason) ?? 0) + 1);
  }
  return { members, left };
}

function reasonOf(standing: MemberState['standing'], retries: boolean): Left | undefined {
  if (standing === 'finished' || standing === 'running') return standing;
  return standing === 'given-up' && !retries ? 'given up' : undefined;
}
