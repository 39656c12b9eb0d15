import { Command } from 'commander';
import { jsonSchema } from '../config/index.js';
import { output } from './output.js';

/** `gan-bench schema`: prints the JSON Schema of configuration files. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of configuration files, for editors')
    .addHelpText(
      'after',
      `
Example:
  $ gan-bench schema > gan-bench.schema.json
Then name it in a configuration, and an editor completes and checks the keys:
  { "$schema": "./gan-bench.schema.json", "model": "resnet20" }`,
    )
    .action(() => {
      output.printJson(jsonSchema());
    });
}
