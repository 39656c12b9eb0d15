import { Command } from 'commander';

import { readFrozen } from '../sweep/frozen.js';
import { writeSummaries } from '../sweep/summaries.js';
import { output } from './output.js';

/** `gan-bench sweep summarize`: what the last job of a submission does; not in the help. */
export function summarizeCommand(): Command {
  return new Command('summarize')
    .description('write the summaries of the members of a submission')
    .argument('<file>', 'the frozen members')
    .action(async (file: string) => {
      for (const summary of await writeSummaries(await readFrozen(file)))
        output.print(`summary: ${summary.file}`);
    });
}
