import { Command } from 'commander';

import { cancelCommand } from './sweep-cancel.js';
import { memberCommand } from './sweep-member.js';
import { sweepRetryCommand, sweepRunCommand } from './sweep-run.js';
import { statusCommand } from './sweep-status.js';
import { submitCommand } from './sweep-submit.js';
import { summarizeCommand } from './sweep-summarize.js';

/** `gan-bench sweep`: a whole study from one file. */
export function sweepCommand(): Command {
  return new Command('sweep')
    .usage('[command] <file> [options]')
    .description('train a whole study from one file: many configurations, each with its seeds')
    .addCommand(sweepRunCommand(), { isDefault: true })
    .addCommand(statusCommand())
    .addCommand(sweepRetryCommand())
    .addCommand(submitCommand())
    .addCommand(cancelCommand())
    .addCommand(memberCommand(), { hidden: true })
    .addCommand(summarizeCommand(), { hidden: true })
    .addHelpText(
      'after',
      `
"gan-bench sweep <file>" is "gan-bench sweep run <file>". The same command again goes on: what is finished is left
alone, what was stopped or killed goes on from its last checkpoint, what failed is tried again.

Examples:
  $ gan-bench sweep configs/sweeps/smoke.yaml
  $ gan-bench sweep configs/sweeps/smoke.yaml --dry-run
  $ gan-bench sweep status configs/sweeps/smoke.yaml
  $ gan-bench sweep run --help`,
    );
}
