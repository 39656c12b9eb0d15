import { Argument, Command } from 'commander';
import { z } from 'zod';
import { foreignNode, jsonSchema, vocabulariesOf } from '../config/index.js';
import { providePlugin } from '../plugin/open.js';
import { addOptions, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { sweepVocabulariesOf } from '../sweep/load.js';
import { sweepJsonSchema } from '../sweep/schema.js';
import { output } from './output.js';

const schemaOptionsSchema = z.strictObject({
  with: z.string().optional().register(optionTexts, {
    flags: '--with <file>',
    help: 'with the methods of the plug-ins that this configuration or sweep file names, and their options',
  }),
});

/** `gan-bench schema`: prints the JSON Schema of configuration or sweep files. */
export function schemaCommand(): Command {
  const command = new Command('schema')
    .description('print the JSON Schema of configuration or sweep files, for editors')
    .addArgument(new Argument('[kind]', 'of which files').choices(['config', 'sweep']).default('config'));
  return addOptions(command, schemaOptionsSchema)
    .addHelpText(
      'after',
      `
Examples:
  $ gan-bench schema > gan-bench.schema.json
  $ gan-bench schema --with mine.yaml > mine.schema.json
  $ gan-bench schema sweep > gan-bench-sweep.schema.json
  $ gan-bench schema sweep --with study.yaml > study.schema.json
Then name it in a file, and an editor completes and checks the keys:
  { "$schema": "./gan-bench.schema.json", "model": "resnet20" }`,
    )
    .action(async (kind: string, raw: RawOptions) => {
      const { with: file } = parseOptions(schemaOptionsSchema, raw);
      const ofSweep = kind === 'sweep';
      const read = ofSweep ? sweepVocabulariesOf : vocabulariesOf;
      const configurations =
        file === undefined ? jsonSchema() : foreignNode(await read(file, providePlugin), jsonSchema());
      output.printJson(ofSweep ? sweepJsonSchema(configurations) : configurations);
    });
}
