import { Argument, Command } from 'commander';
import { jsonSchema } from '../config/index.js';
import { sweepJsonSchema } from '../sweep/schema.js';
import { output } from './output.js';

/** `gan-bench schema`: prints the JSON Schema of configuration or sweep files. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of configuration or sweep files, for editors')
    .addArgument(new Argument('[kind]', 'of which files').choices(['config', 'sweep']).default('config'))
    .addHelpText(
      'after',
      `
Examples:
  $ gan-bench schema > gan-bench.schema.json
  $ gan-bench schema sweep > gan-bench-sweep.schema.json
Then name it in a file, and an editor completes and checks the keys:
  { "$schema": "./gan-bench.schema.json", "model": "resnet20" }`,
    )
    .action((kind: string) => {
      output.printJson(kind === 'sweep' ? sweepJsonSchema() : jsonSchema());
    });
}
