import type { LockHolder } from '../record/lock.js';
import { MEMBER_STANDINGS } from '../sweep/state.js';
import type { MemberStatus, SweepStatus } from '../sweep/status.js';
import { memberKey } from '../sweep/sweep.js';
import { count, printable } from '../support/text.js';
import { output } from './output.js';
import {
  durationCell,
  PROGRESS_HEADS,
  progressCells,
  runName,
  tally,
  tellDoubt,
  tellReason,
  timeCell,
} from './run-table.js';
import { alignColumns } from './table.js';

const HEADS = ['member', 'state', ...PROGRESS_HEADS, 'since (UTC)', 'time left', 'where'];

/** Prints a row a member and the tally; what went wrong, and runs of no member, go to standard error. */
export function printSweep({ sweep, directory, members, secondsLeft, strangers }: SweepStatus): void {
  output.print(alignColumns([HEADS, ...members.map(cellsOf)]).join('\n'));
  const standings = tally(
    MEMBER_STANDINGS,
    members.map(({ standing }) => standing),
  );
  const left = secondsLeft === undefined ? '' : `; ${durationCell(secondsLeft)} left`;
  output.print(`sweep ${printable(sweep)} (${count(members.length, 'member')}): ${standings}${left}`);
  for (const member of members) if (member.reason !== undefined) tellReason(member.directory, member.reason);
  for (const member of members) if (member.standing === 'running') tellDoubt(member.directory, member.holder);
  if (strangers.length === 0) return;
  const names = strangers.map((run) => printable(runName(run))).join(', ');
  output.tell(`note: ${printable(directory)}: of no member of this sweep, and left alone: ${names}`);
}

function cellsOf(member: MemberStatus): string[] {
  const { standing, since, secondsLeft, holder } = member;
  return [
    printable(memberKey({ name: member.member, seed: member.seed })),
    standing,
    ...progressCells(member),
    timeCell(since),
    durationCell(secondsLeft),
    holder === undefined ? '' : placeOf(holder),
  ];
}

/** Where a member is trained. */
function placeOf({ host, pid, isHere }: LockHolder): string {
  return isHere ? `process ${pid}` : `process ${pid} on ${host}`;
}
