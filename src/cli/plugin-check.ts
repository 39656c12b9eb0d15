import path from 'node:path';

import { Command } from 'commander';
import { z } from 'zod';

import { testPlugin } from '../conformance/suite.js';
import { UserError } from '../errors.js';
import { loadPlugin, type LoadedPlugin } from '../plugin/load.js';
import { openEngine } from '../tensor/backend.js';
import type { BackendName } from '../tensor/backend.js';
import { askChild } from './child.js';
import { output } from './output.js';

const NAME = 'check';

const checkSchema = z.strictObject({ check: z.string(), problem: z.string().optional() });
const methodSchema = z.strictObject({
  word: z.string(),
  name: z.string(),
  checks: z.array(checkSchema).readonly(),
  sample: z.array(z.number()).readonly(),
});

/** What a child answers: what came of the checks, or why its backend does not open. */
const answerSchema = z.union([
  z.strictObject({ backend: z.string(), methods: z.array(methodSchema) }),
  z.strictObject({ backend: z.string(), closed: z.string() }),
]);

export type BackendAnswer = z.output<typeof answerSchema>;

/** `gan-bench plugin check`, which `plugin test` starts once for each backend; not for people. */
export function pluginCheckCommand(): Command {
  return new Command(NAME)
    .description('check a plug-in on one backend, for plugin test')
    .argument('<file>')
    .requiredOption('--backend <name>')
    .option('--json')
    .action(async (file: string, { backend }: { readonly backend: 'tensorflow' | 'wasm' }) => {
      output.printJson(await checkHere(file, backend));
    });
}

async function checkHere(file: string, backend: BackendName): Promise<BackendAnswer> {
  const plugin = await loadNamed(file);
  try {
    const engine = await openEngine({ backend });
    return { backend, methods: await testPlugin(engine, plugin) };
  } catch (error) {
    if (error instanceof UserError && error.code === 'engine') return { backend, closed: error.message };
    throw error;
  }
}

/** The plug-in in a file that is named on the command line, or in an npm package. */
export async function loadNamed(file: string): Promise<LoadedPlugin> {
  const isFile = path.extname(file) !== '' && !path.isAbsolute(file) && !file.startsWith('.');
  return await loadPlugin({ from: isFile ? `./${file}` : file, folder: '.' });
}

/**
 * What a child of our own finds on a backend; undefined when it failed, which it has said and is our exit status.
 *
 * @throws UserError `engine` when it was killed
 */
export async function checkInChild(
  file: string,
  backend: BackendName,
  options: { readonly json: boolean },
): Promise<BackendAnswer | undefined> {
  const answer = await askChild(['plugin', NAME, '--json', '--backend', backend, '--', file], options);
  return answer === undefined ? undefined : answerSchema.parse(answer);
}
