import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { printable } from '../support/text.js';
import { ConfigError, type Problems } from './error.js';
import { isTree, merge, valueAt } from './merge.js';
import { expandOptimizer } from './optimizer.js';
import { readOverrides, type Overrides } from './overrides.js';
import { findingsOf, withoutRemovals } from './problems.js';
import { readSource } from './read.js';
import { ConfigFileSchema, FILE_KEYS, RunConfigSchema, type RunConfig } from './schema.js';
import { formatProblem, plainSource, type Finding, type Source } from './source.js';

/** What came of checking a configuration: what to run, a base that only says it is one, or what is wrong. */
export type Check =
  { readonly outcome: 'right'; readonly config: RunConfig } | { readonly outcome: 'base' } | WrongConfig;

interface WrongConfig extends Problems {
  readonly outcome: 'wrong';
}

/** How many problems are told; who has made more mends these first. */
const MOST_PROBLEMS = 20;

interface Sources {
  readonly sources: readonly Source[];
  readonly findings: readonly Finding[];
}

/**
 * Reads a JSON or YAML configuration with all that it extends, lays the overrides over it and fills in the defaults.
 * @throws ConfigError which lists what is wrong, one line each; UserError `config` for a file that is `abstract`
 */
export async function loadConfig(path: string, overrides: Overrides = {}): Promise<RunConfig> {
  const check = await checkConfig(path, overrides);
  if (check.outcome === 'right') return check.config;
  if (check.outcome === 'base') throw new UserError('config', refusedBase(path));
  throw new ConfigError(problemList(path, check), check);
}

function refusedBase(path: string): string {
  return (
    `${printable(path)} says "abstract": true, so it is a base that other files extend and is not run itself; ` +
    `give a file with "extends": ${JSON.stringify(path)} and the rest, or take "abstract" out of it`
  );
}

/** What is wrong with a configuration, a line each, under one that says how much it is. */
export function problemList(path: string, { problems, more }: Problems): string {
  const all = problems.length + more;
  const head = `${printable(path)} has ${all === 1 ? 'a problem' : `${all} problems`}:`;
  return [head, ...problems.map(formatProblem), ...(more === 0 ? [] : [`… and ${more} more`])].join('\n  ');
}

/** Like {@link loadConfig}, but returns what it found instead of throwing it. */
export async function checkConfig(path: string, overrides: Overrides = {}): Promise<Check> {
  const files = await readChain(path);
  const options = readOverrides(overrides);
  const findings = [
    ...files.findings,
    ...options.findings,
    ...files.sources.flatMap((source) => sourceFindings(source)),
    ...options.sources.flatMap((source) => sourceFindings(source)),
  ];
  if (findings.length > 0) return wrong(findings);
  if (valueAt(files.sources.at(-1)?.tree, ['abstract']) === true) return { outcome: 'base' };
  return combine(path, [...files.sources, ...options.sources]);
}

function wrong(findings: readonly Finding[]): Check {
  const problems = findings.slice(0, MOST_PROBLEMS).map((finding) => finding());
  return { outcome: 'wrong', problems, more: findings.length - problems.length };
}

/** Merges sources that are each right by themselves; the later ones win. */
function combine(path: string, sources: readonly Source[]): Check {
  const defaults = { name: basename(path, extname(path)) };
  const merged = sources.reduce<unknown>((tree, source) => merge(tree, patchOf(source)), defaults);
  const result = RunConfigSchema.safeParse(merged);
  if (result.success) return { outcome: 'right', config: result.data };
  const whole = plainSource(path, merged);
  const findings = result.error.issues.flatMap((issue) => {
    const setter = sources.findLast((source) => valueAt(source.tree, issue.path) !== undefined);
    const place = setter === undefined ? whole : { ...setter, tree: merged };
    return findingsOf([issue], place, 'refused');
  });
  return wrong(findings);
}

/** The keys that a source sets, without those that only concern files and with the shorthand written out. */
function patchOf({ tree }: Source): unknown {
  if (!isTree(tree)) return tree;
  const keys = Object.entries(tree).filter(([key]) => !FILE_KEYS.has(key));
  return Object.fromEntries(
    keys.map(([key, value]) => [key, key === 'optimizer' ? expandOptimizer(value) : value]),
  );
}

function sourceFindings(source: Source): readonly Finding[] {
  if (!isTree(source.tree)) {
    const found = source.tree === null ? 'nothing' : Array.isArray(source.tree) ? 'a list' : 'a single value';
    const message = `found ${found}; allowed: an object of configuration keys, such as {"model": "resnet20"}`;
    return [() => ({ source: source.label, position: undefined, key: '', message })];
  }
  const schema = source.isFile ? ConfigFileSchema : RunConfigSchema;
  const result = schema.safeParse(withoutRemovals(source.tree));
  return result.success ? [] : findingsOf(result.error.issues, source, 'tolerated');
}

/** Reads a file and all that it extends, the most basic first. */
async function readChain(path: string): Promise<Sources> {
  const sources: Source[] = [];
  const visited = new Map<string, string>();
  let file = path;
  for (;;) {
    const extending = sources[0];
    const identity = await realpath(file).catch(() => resolve(file));
    if (visited.has(identity)) {
      const circle = [...visited.values(), file].map((name) => printable(name)).join(' → ');
      return {
        sources,
        findings: [extendsFinding(extending, `the files extend each other in a circle: ${circle}`)],
      };
    }
    visited.set(identity, file);
    const { source, problems } = await readSource(file);
    if (source === undefined) {
      const chain =
        extending === undefined
          ? []
          : [extendsFinding(extending, `its base ${printable(file)} cannot be used`)];
      return { sources, findings: [...chain, ...problems.map((problem) => () => problem)] };
    }
    sources.unshift(source);
    const base = valueAt(source.tree, ['extends']);
    if (typeof base !== 'string' || base === '') return { sources, findings: [] };
    file = isAbsolute(base) ? base : join(dirname(file), base);
  }
}

function extendsFinding(source: Source | undefined, message: string): Finding {
  return () => ({
    source: source?.label ?? '',
    position: source?.positionOf(['extends'], 'value'),
    key: 'extends',
    message,
  });
}
