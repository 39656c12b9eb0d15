import process from 'node:process';

import { Command } from 'commander';
import { z } from 'zod';

import { METHOD_KINDS } from '../config/index.js';
import { agreement, keyOf, type BackendReport } from '../conformance/agreement.js';
import type { CheckResult } from '../conformance/checks.js';
import { subjectsOf } from '../conformance/suite.js';
import { UserError } from '../errors.js';
import type { LoadedPlugin } from '../plugin/load.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { count } from '../support/text.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { checkInChild, loadNamed } from './plugin-check.js';

/** Those that every installation has, or may have. */
const BACKENDS = ['tensorflow', 'wasm'] as const;

const testOptionsSchema = z.strictObject({ json: jsonOption('what came of the checks') });

/** `gan-bench plugin test`: the conformance suite. */
export function pluginTestCommand(): Command {
  const command = new Command('test')
    .description('check that every method of a plug-in does what one must')
    .argument('<file>', 'TypeScript or JavaScript file, or the name of an npm package');
  return addOptions(command, testOptionsSchema)
    .addHelpText(
      'after',
      `
Each method makes a few training steps of a small network on made-up images, with its options at their defaults, on every
backend that opens here: shapes and names are right, two runs give the same bytes, a run that was stopped ends like one
that was not, no tensor is left behind, nothing but the run's random numbers is used, gradients of zeros, of 1e-30 and of
1e15 give finite parameters, and all backends agree.

Exit status: 0 when all checks passed, 1 when one failed, 2 when the file is no plug-in or has no method.

Examples:
  $ gan-bench plugin test ./sign.ts
  $ gan-bench plugin test ./sign.ts --json`,
    )
    .action((file: string, raw: RawOptions) => test(file, parseOptions(testOptionsSchema, raw)));
}

/** What came of one check of a method, and where. */
interface Row extends CheckResult {
  readonly method: string;
  /** The backend; `all` of what is compared between them. */
  readonly on: string;
}

async function test(file: string, { json }: { readonly json: boolean }): Promise<void> {
  const plugin = await loadNamed(file);
  requireMethods(plugin);
  const reports: BackendReport[] = [];
  for (const backend of BACKENDS) {
    const answer = await checkInChild(plugin.file, backend, { json });
    if (answer === undefined) return;
    if ('closed' in answer) output.tell(`note: not tested with ${backend}: ${answer.closed}`);
    else reports.push(answer);
  }
  if (reports.length === 0)
    throw new UserError('engine', 'nothing was tested, since no backend opens here: see `gan-bench doctor`');
  const rows = rowsOf(plugin, reports);
  if (json) output.printJson({ plugin: plugin.identity, checks: rows });
  else print(plugin, rows);
  if (rows.some(({ problem }) => problem !== undefined)) process.exitCode = 1;
}

/** @throws UserError `config` for a plug-in of which all checks would pass, since there are none */
function requireMethods({ plugin, file }: LoadedPlugin): void {
  if (subjectsOf(plugin).length > 0) return;
  const kinds = METHOD_KINDS.map(({ kind }) => kind).join(', ');
  throw new UserError('config', `the plug-in ${file}: it has no method; allowed: one at least of ${kinds}`);
}

function rowsOf({ plugin }: LoadedPlugin, reports: readonly BackendReport[]): Row[] {
  const agreed = agreement(reports);
  return subjectsOf(plugin).flatMap(({ word, name }) => {
    const method = keyOf(word, name);
    const own = reports.flatMap(({ backend, methods }) =>
      methods
        .filter((found) => found.name === name && found.word === word)
        .flatMap(({ checks }) => checks.map((check) => ({ method, on: backend, ...check }))),
    );
    const together = agreed.get(method);
    return together === undefined ? own : [...own, { method, on: 'all', ...together }];
  });
}

function print({ identity: { name, version, from } }: LoadedPlugin, rows: readonly Row[]): void {
  output.print(`plug-in ${name} ${version}: ${from}`);
  let last: string | undefined;
  for (const { method, on, check, problem } of rows) {
    if (method !== last) output.print(`\n${method}`);
    last = method;
    output.print(`  ${problem === undefined ? '✓' : '✗'} ${on.padEnd(10)}  ${check}`);
    if (problem !== undefined) output.print(`      ${problem}`);
  }
  const failed = rows.filter(({ problem }) => problem !== undefined).length;
  output.print(
    failed === 0
      ? `\nAll ${count(rows.length, 'check')} passed.`
      : `\n${failed} of ${count(rows.length, 'check')} failed.`,
  );
}
