import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Command } from 'commander';
import { z } from 'zod';

import { PLUGIN_NAME } from '../config/index.js';
import { messageOf, systemCode, UserError } from '../errors.js';
import { addOptions, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { packageFolder } from '../support/package.js';
import { printable } from '../support/text.js';
import { output } from './output.js';

/** What a start of each kind is made of: an example, what it calls its plug-in, and what a study of it varies. */
const STARTS = {
  transform: {
    example: 'sign.ts',
    plugin: 'mine',
    study: 'optimizer:\n    - adamw\n    - gan\n    - { gradient: mine/sign, base: sgd }',
  },
  optimizer: {
    example: 'lion.ts',
    plugin: 'lion',
    study: 'optimizer:\n    - adamw\n    - gan\n    - { base: lion/lion }',
  },
  model: {
    example: 'two-layer-cnn.ts',
    plugin: 'small',
    study: 'model: [resnet20, small/two-layer-cnn]\n  optimizer: [adamw, gan]',
  },
  schedule: {
    example: 'polynomial.ts',
    plugin: 'polynomial',
    study: 'schedule.decay: [{ cosine: {} }, polynomial/decay]\n  optimizer: [adamw, gan]',
  },
} as const;

const kinds = ['transform', 'optimizer', 'model', 'schedule'] as const satisfies (keyof typeof STARTS)[];

const newOptionsSchema = z.strictObject({
  kind: z
    .enum(kinds)
    .default('transform')
    .register(optionTexts, {
      flags: '--kind <kind>',
      help: `what it has: ${kinds.join(', ')}`,
      allowed: kinds.join(', '),
      words: kinds,
    }),
});

/** `gan-bench plugin new`: a start that works, to be changed. */
export function pluginNewCommand(): Command {
  const command = new Command('new')
    .description('write a plug-in to begin with, and a study that compares it with AdamW')
    .argument('<name>', 'what it is called, and its files');
  return addOptions(command, newOptionsSchema)
    .addHelpText(
      'after',
      `
Writes <name>.ts, with comments, and <name>.yaml, a sweep on the small data set that comes with the program: a few minutes.
What is there already is not overwritten.

Examples:
  $ gan-bench plugin new sign
  $ gan-bench plugin new slow --kind schedule`,
    )
    .action((name: string, raw: RawOptions) => begin(name, parseOptions(newOptionsSchema, raw).kind));
}

async function begin(name: string, kind: keyof typeof STARTS): Promise<void> {
  if (!PLUGIN_NAME.test(name))
    throw new UserError(
      'usage',
      `found the name ${printable(name)}; allowed: lower-case letters, digits and "-", a letter first, such as sign`,
    );
  const { example, plugin, study } = STARTS[kind];
  const code = await readFile(path.join(packageFolder(), 'examples', 'plugins', example), 'utf8');
  const renamed = code
    .replaceAll(`${plugin}/`, `${name}/`)
    .replace(`name: '${plugin}', version: '1.0.0'`, `name: '${name}', version: '0.1.0'`);
  await writeNew(`${name}.ts`, renamed);
  await writeNew(`${name}.yaml`, studyOf(name, study.replaceAll(`${plugin}/`, `${name}/`)));
  output.print(
    [
      `wrote ${name}.ts and ${name}.yaml. Change the first to what you have in mind, then:`,
      `  gan-bench plugin test ./${name}.ts`,
      `  gan-bench sweep ${name}.yaml && gan-bench compare ${name}.yaml`,
    ].join('\n'),
  );
}

function studyOf(name: string, grid: string): string {
  return `# AdamW, GAN and ${name} on the embedded subset: gan-bench sweep ${name}.yaml && gan-bench compare ${name}.yaml
base:
  plugins: [./${name}.ts]
  model: resnet20
  dataset: { name: cifar100-mini }
  optimizer: adamw
  schedule: { warmupEpochs: 1, decay: { cosine: {} } }
  epochs: 5
  batchSize: 50
  evalBatchSize: 100
grid:
  ${grid}
seeds: [1, 2, 3]
`;
}

/** @throws UserError `usage` for a file that is there, `io` */
async function writeNew(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new UserError('usage', `${file} is there already, and is not overwritten; choose another name`);
    throw new UserError('io', `${file} could not be written: ${messageOf(error)}`, { cause: error });
  }
}
