import type { Task } from '../library/task.js';
import type { SweepTally } from '../sweep/events.js';
import { describeHolder } from '../sweep/pool.js';
import type { MemberState } from '../sweep/state.js';
import type { NamedSummary } from '../sweep/summaries.js';
import { memberKey, type Sweep } from '../sweep/sweep.js';
import type { MeanAndStd } from '../support/moments.js';
import { count, percent, printable } from '../support/text.js';
import { output } from './output.js';
import { shellCommand } from './shell.js';
import { alignColumns } from '../support/table.js';

/** How the members stand and what a command would do about each, for a program. */
export function planOf(task: Task) {
  const { sweep, states } = task;
  const members = states.map((state) => {
    const { member, standing, failures, run } = state;
    return {
      ...{ member: member.name, seed: member.seed, standing, failures, plan: planFor(state, task) },
      ...{ epoch: run?.epoch ?? 0, epochs: run?.epochs ?? member.config.epochs },
    };
  });
  return { sweep: sweep.name, directory: sweep.directory, members };
}

/** Prints the same for people. */
export function printPlan(task: Task): void {
  const { sweep, states } = task;
  const cells = states.map((state) => [
    printable(memberKey(state.member)),
    state.standing,
    planFor(state, task),
  ]);
  output.print(alignColumns([['member', 'stands', 'would be'], ...cells]).join('\n'));
  output.print(`${count(states.length, 'member')} in ${printable(sweep.directory)}; nothing was started`);
}

function planFor(state: MemberState, { triesFor }: Task): string {
  const { standing, run, failures, holder } = state;
  if (standing === 'finished') return 'left alone';
  if (standing === 'running') return `passed over: ${printable(describeHolder(holder))}`;
  if (triesFor(state) === 0) return `left alone: it failed ${count(failures, 'time')}`;
  if (standing === 'waiting') return 'trained';
  const epoch = run?.epoch ?? 0;
  const from = epoch === 0 ? 'from the start' : `after epoch ${epoch}`;
  return standing === 'interrupted' ? `gone on with ${from}` : `tried again ${from}`;
}

/** Names the members that failed too often to be tried, with the command that does. */
export function tellGivenUp({ sweep, states, triesFor }: Task): void {
  const left = states.filter((state) => state.standing === 'given-up' && triesFor(state) === 0);
  for (const { member, failures, run } of left) {
    const reason = run?.reason === undefined ? '' : `: ${printable(run.reason)}`;
    output.tell(
      `note: ${printable(memberKey(member))} failed ${count(failures, 'time')} and is left alone${reason}`,
    );
  }
  if (left.length > 0) output.tell(`Try again with: ${shellCommand(['sweep', 'retry', sweep.file])}`);
}

/** Prints what came of a sweep, its members by name. */
export function printResult(
  { name, directory }: Sweep,
  tally: SweepTally,
  summaries: readonly NamedSummary[],
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): void {
  if (json) {
    output.printJson({ sweep: name, directory, tally, members: summaries }, 0);
    return;
  }
  if (quiet) return;
  if (summaries.length > 0) output.print(alignColumns(resultTable(summaries)).join('\n'));
  output.print(
    `${tally.finished} of ${count(tally.members, 'member')} finished; results: ${printable(directory)}`,
  );
}

/** Columns of the validation images only where a member has any. */
function resultTable(summaries: readonly NamedSummary[]): string[][] {
  const hasValidation = summaries.some(({ validation }) => validation !== undefined);
  const heads = ['member', 'seeds', 'test accuracy', 'sample std'];
  const rows = summaries.map(({ name, seeds, lastTestAccuracy, validation }) => [
    printable(name),
    `${seeds.filter(({ result }) => result !== undefined).length}/${seeds.length}`,
    ...accuracyCells(lastTestAccuracy),
    ...(hasValidation ? accuracyCells(validation?.lastAccuracy) : []),
  ]);
  return [[...heads, ...(hasValidation ? ['validation accuracy', 'sample std'] : [])], ...rows];
}

function accuracyCells({ mean, std }: Partial<MeanAndStd> = {}): string[] {
  return [mean === undefined ? '' : percent(mean, 2), std === undefined ? '' : `± ${percent(std, 2)}`];
}
