import { Command } from 'commander';

import { measureRun, runMeasurementSchema } from '../bench/run-measurement.js';
import type { RunMeasurement } from '../bench/run-measurement.js';
import { lookAtFolders } from '../bench/task.js';
import { RunConfigSchema } from '../config/schema.js';
import type { RunConfig } from '../config/schema.js';
import { fallbackNote } from '../library/run-open.js';
import { openPlugins } from '../plugin/open.js';
import { openEngine } from '../tensor/backend.js';
import { askChild } from './child.js';
import type { ChildOptions } from './child.js';
import { output } from './output.js';

const NAME = 'measure';

/** `gan-bench estimate measure`, which `estimate` starts once for each kind of run; not for people. */
export function measureCommand(): Command {
  return new Command(NAME)
    .description('measure a resolved configuration, given as JSON, for estimate')
    .argument('<config>')
    .option('--json')
    .action(async (json: string) => {
      const config = RunConfigSchema.parse(JSON.parse(json));
      const { backend, precision } = config;
      await lookAtFolders([config]);
      const onFallback = (reason: string): void => {
        output.tell(`note: ${fallbackNote(reason)}`);
      };
      const engine = await openEngine({ backend, precision, onFallback });
      const { methods } = await openPlugins([config]);
      output.printJson(await measureRun(engine, config, methods(config)));
    });
}

/**
 * What a child of our own measured of a run; undefined when it failed, which it has said and is our exit status.
 *
 * @throws UserError `engine` when it was killed, as the system does when memory runs out
 */
export async function measureInChild(
  config: RunConfig,
  options: ChildOptions & { readonly json: boolean },
): Promise<RunMeasurement | undefined> {
  const answer = await askChild(['estimate', NAME, '--json', '--', JSON.stringify(config)], options);
  return answer === undefined ? undefined : runMeasurementSchema.parse(answer);
}
