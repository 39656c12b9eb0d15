import type { RunState } from '../record/run-state.js';
import type { JobState } from '../sweep/slurm/queue.js';
import { MEMBER_STANDINGS } from '../sweep/state.js';
import type { MemberStatus, SweepStatus } from '../sweep/status.js';
import { memberKey } from '../sweep/sweep.js';
import { count, printable } from '../support/text.js';
import { output } from './output.js';
import {
  durationCell,
  progressColumns,
  type ProgressColumns,
  runName,
  tally,
  tellDoubt,
  tellReason,
  timeCell,
} from './run-table.js';
import { alignColumns } from '../support/table.js';

/** Prints a row a member and the tally; what went wrong, and runs of no member, go to standard error. */
export function printSweep({ sweep, file, directory, members, secondsLeft, strangers }: SweepStatus): void {
  const columns = progressColumns(members);
  const heads = ['member', 'state', ...columns.heads, 'since (UTC)', 'time left', 'where'];
  output.print(alignColumns([heads, ...members.map((member) => cellsOf(member, columns))]).join('\n'));
  const standings = tally(
    MEMBER_STANDINGS,
    members.map(({ standing }) => standing),
  );
  const left = secondsLeft === undefined ? '' : `; ${durationCell(secondsLeft)} left`;
  output.print(`sweep ${printable(sweep)} (${count(members.length, 'member')}): ${standings}${left}`);
  for (const member of members) if (member.reason !== undefined) tellReason(member.directory, member.reason);
  for (const member of members) if (member.standing === 'running') tellDoubt(member.directory, member.holder);
  tellStrangers({ file, directory }, strangers);
}

/** So many runs that are of no member are named. */
const MOST_STRANGERS = 5;

/** Names runs in a sweep's folder that are of none of its members. */
export function tellStrangers(
  { file, directory }: Pick<SweepStatus, 'file' | 'directory'>,
  strangers: readonly RunState[],
): void {
  if (strangers.length === 0) return;
  const names = strangers.slice(0, MOST_STRANGERS).map((run) => printable(runName(run)));
  const more = strangers.length > MOST_STRANGERS ? ` and ${strangers.length - MOST_STRANGERS} more` : '';
  output.tell(
    `note: of no member of ${printable(file)}, and left as they are in ${printable(directory)}: ${names.join(', ')}${more}`,
  );
}

function cellsOf(member: MemberStatus, { cells }: ProgressColumns): string[] {
  const { standing, since, secondsLeft } = member;
  return [
    printable(memberKey({ name: member.member, seed: member.seed })),
    standing,
    ...cells(member),
    timeCell(since),
    durationCell(secondsLeft),
    placeOf(member),
  ];
}

/** Where a member is trained, or is to be. */
function placeOf({ holder, job }: MemberStatus): string {
  if (job !== undefined && (job.standing === 'queued' || holder !== undefined)) return jobCell(job);
  if (holder === undefined) return '';
  const { host, pid, isHere } = holder;
  return isHere ? `process ${pid}` : `process ${pid} on ${host}`;
}

/** Such as `job 17_3 on node07`, or `queued: job 17_4 (Resources)`. */
function jobCell({ standing, job, reason, node }: JobState): string {
  if (standing === 'queued')
    return `queued: job ${job}${reason === undefined ? '' : ` (${printable(reason)})`}`;
  return `job ${job}${node === undefined ? '' : ` on ${printable(node)}`}`;
}
