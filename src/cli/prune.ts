import process from 'node:process';

import { Command } from 'commander';
import { z } from 'zod';

import { prunableRuns, pruneRun, type Prunable } from '../record/prune.js';
import { listRuns } from '../record/runs.js';
import { addOptions, countFrom, flagOption, optionTexts, parseOptionsBelow } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { count, formatBytes, printable } from '../support/text.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { alignColumns } from '../support/table.js';
import { describeError, tellError } from './tell-error.js';

const pruneOptionsSchema = z.strictObject({
  keep: countFrom(0).default(0).register(optionTexts, {
    flags: '--keep <n>',
    help: 'how many of the newest checkpoints of each run stay',
    allowed: 'a whole number from 0 on',
  }),
  yes: flagOption('--yes', 'remove them; without it they are only shown'),
  json: jsonOption('what goes, or would,'),
});

/** `gan-bench runs prune`: removes checkpoints of finished runs; exit status 1 when one of the runs refuses. */
export function pruneCommand(): Command {
  const command = new Command('prune')
    .description('remove the checkpoints of finished runs, after showing what that frees')
    .argument('[folder]', 'where the runs are, at any depth', 'results');
  return addOptions(command, pruneOptionsSchema)
    .addHelpText(
      'after',
      `
Tables, manifest and configuration stay, and so does the checkpoint of the best epoch where a run kept one
(checkpoint.best). A run that is not finished, is damaged or has a process working in its folder
is left alone.

Examples:
  $ gan-bench runs prune
  $ gan-bench runs prune results --keep 1 --yes`,
    )
    .action(async (folder: string, _own: RawOptions, command: Command) => {
      // --json is also an option of `runs`, which takes it first.
      const { keep, yes, json } = parseOptionsBelow(pruneOptionsSchema, command);
      const { runs } = await listRuns(folder);
      const found = await prunableRuns(runs, keep);
      if (!json) printPlan(found, folder);
      const results = yes ? await pruneAll(found, keep) : found.map((run) => ({ ...run, removed: false }));
      if (results.some((result) => 'error' in result)) process.exitCode = 1;
      const removed = results.filter((result) => result.removed);
      if (json) output.printJson({ runs: results, bytes: bytesOf(yes ? removed : results) });
      else if (yes) printEnd(removed);
      else if (found.length > 0) output.print('Nothing was removed. Add --yes to remove them.');
    });
}

interface PruneResult extends Prunable {
  readonly removed: boolean;
  readonly error?: ReturnType<typeof describeError>;
}

/** A run that refuses does not keep the others. */
async function pruneAll(runs: readonly Prunable[], keep: number): Promise<PruneResult[]> {
  const results: PruneResult[] = [];
  for (const run of runs) {
    try {
      results.push({ ...(await pruneRun(run.directory, keep)), removed: true });
    } catch (error) {
      tellError(error, false);
      results.push({ ...run, removed: false, error: describeError(error) });
    }
  }
  return results;
}

function printPlan(runs: readonly Prunable[], folder: string): void {
  if (runs.length === 0) {
    output.print(`no checkpoints to remove: no finished run in ${printable(folder)} has any to spare`);
    return;
  }
  const rows = runs.map(({ directory, checkpoints, bytes }) => [
    printable(directory),
    String(checkpoints.length),
    formatBytes(bytes),
  ]);
  const total = runs.reduce((sum, { checkpoints }) => sum + checkpoints.length, 0);
  rows.push(['total', String(total), formatBytes(bytesOf(runs))]);
  output.print(alignColumns([['finished run', 'checkpoints', 'frees'], ...rows]).join('\n'));
}

function printEnd(removed: readonly Prunable[]): void {
  if (removed.length === 0) return;
  output.print(`removed: ${formatBytes(bytesOf(removed))} of ${count(removed.length, 'run')}`);
}

function bytesOf(runs: readonly Prunable[]): number {
  return runs.reduce((sum, { bytes }) => sum + bytes, 0);
}
