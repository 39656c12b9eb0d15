import { Command } from 'commander';

import { memberCommand } from './sweep-member.js';

/** `gan-bench sweep`: a study of many runs. */
export function sweepCommand(): Command {
  return new Command('sweep')
    .description('train a study of many runs')
    .addCommand(memberCommand(), { hidden: true });
}
