import { Command } from 'commander';

import { pluginCheckCommand } from './plugin-check.js';
import { pluginNewCommand } from './plugin-new.js';
import { pluginTestCommand } from './plugin-test.js';

/** `gan-bench plugin`: other people's transforms, optimizers, models and schedules. */
export function pluginCommand(): Command {
  return new Command('plugin')
    .description('begin a plug-in with a method of your own, and test it')
    .addCommand(pluginNewCommand())
    .addCommand(pluginTestCommand())
    .addCommand(pluginCheckCommand(), { hidden: true });
}
