import { basename, extname } from 'node:path';
import { UserError } from '../errors.js';
import { printable } from '../support/text.js';
import { ConfigError, type Problems } from './error.js';
import { kindOfFile } from './kind.js';
import { sourceFindings, withBases, type Sources } from './layers.js';
import { valueAt } from './merge.js';
import { readOverrides, type Overrides } from './overrides.js';
import { noPlugins, pluginsOf, shelve, type ProvidePlugin, type Vocabulary } from './plugins.js';
import { presetOr } from './preset.js';
import { readSource, type Reading } from './read.js';
import { resolveSources } from './resolve.js';
import type { RunConfig } from './schema.js';
import { formatProblem, type Finding } from './source.js';

/** What came of checking a configuration: what to run, a base that only says it is one, a sweep file instead, or what is wrong. */
export type Check =
  | { readonly outcome: 'right'; readonly config: RunConfig }
  | { readonly outcome: 'base' }
  | { readonly outcome: 'sweep' }
  | WrongConfig;

interface WrongConfig extends Problems {
  readonly outcome: 'wrong';
}

/** How many problems are told; who has made more mends these first. */
const MOST_PROBLEMS = 20;

/**
 * Reads a JSON or YAML configuration, or the preset of that name, with all that it extends, lays the overrides over it and fills in the defaults.
 * @param provide loads the plug-ins that it names
 * @throws ConfigError which lists what is wrong, one line each; UserError `config` for a file that is `abstract`, or a sweep
 */
export async function loadConfig(
  path: string,
  overrides: Overrides = {},
  provide: ProvidePlugin = noPlugins,
): Promise<RunConfig> {
  const check = await checkConfig(path, overrides, provide);
  if (check.outcome === 'right') return check.config;
  if (check.outcome === 'base') throw new UserError('config', refusedBase(path));
  if (check.outcome === 'sweep') throw new UserError('config', refusedSweep(path));
  throw new ConfigError(problemList(path, check), check);
}

function refusedBase(path: string): string {
  return (
    `${printable(path)} says "abstract": true, so it is a base that other files extend and is not run itself; ` +
    `give a file with "extends": ${JSON.stringify(path)} and the rest, or take "abstract" out of it`
  );
}

function refusedSweep(path: string): string {
  return `${printable(path)} is a sweep, which makes many configurations: use "gan-bench sweep ${printable(path)}"`;
}

/** What is wrong with a configuration, a line each, under one that says how much it is. */
export function problemList(path: string, { problems, more }: Problems): string {
  const all = problems.length + more;
  const head = `${printable(path)} has ${all === 1 ? 'a problem' : `${all} problems`}:`;
  return [head, ...problems.map(formatProblem), ...(more === 0 ? [] : [`… and ${more} more`])].join('\n  ');
}

/** Like {@link loadConfig}, but returns what it found instead of throwing it. */
export async function checkConfig(
  given: string,
  overrides: Overrides = {},
  provide: ProvidePlugin = noPlugins,
): Promise<Check> {
  const path = await presetOr(given, 'config');
  const reading = await readSource(path);
  const { source } = reading;
  if (kindOfFile(source?.tree) === 'sweep') return { outcome: 'sweep' };
  const files = await filesOf(reading, path);
  const options = readOverrides(overrides);
  const sources = [...files.sources, ...options.sources];
  const findings = [
    ...files.findings,
    ...options.findings,
    ...sources.flatMap((layer) => sourceFindings(layer)),
  ];
  if (findings.length > 0) return wrong(findings);
  if (valueAt(source?.tree, ['abstract']) === true) return { outcome: 'base' };
  const name = basename(path, extname(path));
  const shelf = await shelve(sources, provide);
  const { config, findings: found } = resolveSources(sources, { label: path, within: '' }, name, shelf);
  return config === undefined ? wrong(found) : { outcome: 'right', config };
}

/** What was read of a file with all that it extends, or why it could not be. */
async function filesOf({ source, problems }: Reading, path: string): Promise<Sources> {
  if (source !== undefined) return await withBases(source, path);
  return { sources: [], findings: problems.map((problem) => () => problem) };
}

/**
 * The plug-ins that a configuration names, itself or in what it extends; what else is wrong with it does not matter.
 * @throws ConfigError when it cannot be read, or a plug-in not be had
 */
export async function vocabulariesOf(path: string, provide: ProvidePlugin): Promise<readonly Vocabulary[]> {
  const reading = await readSource(path);
  if (kindOfFile(reading.source?.tree) === 'sweep')
    throw new UserError(
      'config',
      `${printable(path)} is a sweep file, whose schema is another: gan-bench schema sweep`,
    );
  const files = await filesOf(reading, path);
  const { plugins, findings } = pluginsOf(files.sources, await shelve(files.sources, provide));
  const found = problemsOf([...files.findings, ...findings]);
  if (found.problems.length > 0) throw new ConfigError(problemList(path, found), found);
  return plugins;
}

function wrong(findings: readonly Finding[]): Check {
  return { outcome: 'wrong', ...problemsOf(findings) };
}

/** The first of what was found, each problem once, in words. */
export function problemsOf(findings: readonly Finding[]): Problems {
  const problems = findings.slice(0, MOST_PROBLEMS).map((finding) => finding());
  return { problems, more: findings.length - problems.length };
}
