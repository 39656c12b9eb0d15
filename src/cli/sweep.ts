import { Command } from 'commander';

import { statusCommand } from './sweep-status.js';

/** `gan-bench sweep`: a study of many runs. */
export function sweepCommand(): Command {
  return new Command('sweep').description('many runs, from one file').addCommand(statusCommand());
}
