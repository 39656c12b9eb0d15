import { Command } from 'commander';
import { z } from 'zod';

import { RUN_STATES, type RunState, type RunStanding } from '../record/run-state.js';
import { byName, listRuns } from '../record/runs.js';
import { addOptions, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { pruneCommand } from './prune.js';
import { noRuns, printRuns, tellPassedOver } from './run-table.js';

const SORTS = ['name', 'accuracy', 'started', 'outcome'] as const;

const runsOptionsSchema = z.strictObject({
  sort: z
    .enum(SORTS)
    .default('name')
    .register(optionTexts, {
      flags: '--sort <by>',
      help: `order: ${SORTS.join(', ')}; the best and the latest come first`,
      allowed: SORTS.join(', '),
      words: SORTS,
    }),
  outcome: z
    .array(z.enum(RUN_STATES))
    .default([])
    .register(optionTexts, {
      flags: '--outcome <name>',
      help: `only these: ${RUN_STATES.join(', ')}`,
      allowed: RUN_STATES.join(', '),
      words: RUN_STATES,
      repeatable: true,
    }),
  json: jsonOption('the runs'),
});

/** `gan-bench runs`: how the runs below a folder stand. */
export function runsCommand(): Command {
  const command = new Command('runs')
    .description('list the runs in a folder of results: how each stands, now')
    .argument('[folder]', 'where they are, at any depth', 'results')
    .addCommand(pruneCommand());
  return addOptions(command, runsOptionsSchema)
    .addHelpText(
      'after',
      `
Everything is read from the folders of the runs; nothing is written, and runs may go on meanwhile. "killed" is a run
that ended without a word; "damaged" one whose files cannot be read or are no longer as the run wrote them.

Examples:
  $ gan-bench runs
  $ gan-bench runs elsewhere --sort accuracy --outcome finished --outcome running
  $ gan-bench runs prune results`,
    )
    .action(async (folder: string, raw: RawOptions) => {
      const { sort, outcome, json } = parseOptions(runsOptionsSchema, raw);
      const { runs, passedOver } = await listRuns(folder);
      const shown = chosen(runs, outcome).sort(orders[sort]);
      if (json) output.printJson({ runs: shown, passedOver });
      else {
        if (shown.length > 0) printRuns(shown);
        else output.print(nothing(folder, runs.length, outcome));
        tellPassedOver(passedOver);
      }
    });
}

function chosen(runs: readonly RunState[], outcomes: readonly RunStanding[]): RunState[] {
  return runs.filter(({ outcome }) => outcomes.length === 0 || outcomes.includes(outcome));
}

/** Where two are equal in that, they come by name. */
const orders: Readonly<Record<(typeof SORTS)[number], (a: RunState, b: RunState) => number>> = {
  name: byName,
  accuracy: (a, b) => (b.lastTestAccuracy ?? -1) - (a.lastTestAccuracy ?? -1) || byName(a, b),
  started: (a, b) => timeOf(b) - timeOf(a) || byName(a, b),
  outcome: (a, b) => RUN_STATES.indexOf(a.outcome) - RUN_STATES.indexOf(b.outcome) || byName(a, b),
};

function timeOf({ startedAt }: RunState): number {
  return startedAt === undefined ? 0 : Date.parse(startedAt);
}

function nothing(folder: string, found: number, outcomes: readonly RunStanding[]): string {
  const none = noRuns(folder);
  return found === 0 ? none : `${none}: none of ${found} is ${outcomes.join(' or ')}`;
}
