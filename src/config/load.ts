import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../errors.js';
import { ConfigError } from './error.js';
import { isTree, merge, nest, valueAt } from './merge.js';
import { expandOptimizer } from './optimizer.js';
import { problemsOf, withoutRemovals } from './problems.js';
import { readSource } from './read.js';
import { ConfigFileSchema, RunConfigSchema, type RunConfig } from './schema.js';
import { formatProblem, plainSource, type Problem, type Source } from './source.js';

export { diffConfigs, parseResolvedConfig } from './resolved.js';

/** What the command line lays over a configuration file. */
export interface Overrides {
  /** Each `key.path=value`, the value in YAML (or JSON) notation; null takes an optional key away. */
  readonly set?: readonly string[] | undefined;
  /** Replaces `seeds`. */
  readonly seeds?: readonly number[] | undefined;
  /** Replaces `backend`. */
  readonly backend?: string | undefined;
  /** Replaces `output`. */
  readonly output?: string | undefined;
}

/** What came of checking a configuration: either it is right or its problems are listed. */
export type Check =
  | { readonly config: RunConfig; readonly problems: readonly [] }
  | { readonly config: undefined; readonly problems: readonly Problem[] };

interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a JSON or YAML configuration with all that it extends, lays the overrides over it and fills in the defaults.
 * @throws ConfigError which lists everything that is wrong, one line each
 */
export async function loadConfig(path: string, overrides: Overrides = {}): Promise<RunConfig> {
  const { config, problems } = await checkConfig(path, overrides);
  if (config !== undefined) return config;
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  throw new ConfigError(
    [`${path} has ${count}:`, ...problems.map((p) => `  ${formatProblem(p)}`)].join('\n'),
    problems,
  );
}

/** Like {@link loadConfig}, but returns the problems instead of throwing them. */
export async function checkConfig(path: string, overrides: Overrides = {}): Promise<Check> {
  const files = await readChain(path);
  const options = readOverrides(overrides);
  const problems = [
    ...files.problems,
    ...options.problems,
    ...files.sources.flatMap((source) => sourceProblems(source)),
    ...options.sources.flatMap((source) => sourceProblems(source)),
  ];
  return problems.length > 0
    ? { config: undefined, problems }
    : combine(path, [...files.sources, ...options.sources]);
}

/** Merges sources that are each right by themselves; the later ones win. */
function combine(path: string, sources: readonly Source[]): Check {
  const defaults = { name: basename(path, extname(path)) };
  const merged = sources.reduce<unknown>((tree, source) => merge(tree, patchOf(source)), defaults);
  const result = RunConfigSchema.safeParse(merged);
  if (result.success) return { config: result.data, problems: [] };
  const whole = plainSource(path, merged);
  const problems = result.error.issues.flatMap((issue) => {
    const setter = sources.findLast((source) => valueAt(source.tree, issue.path) !== undefined);
    const place = setter === undefined ? whole : { ...setter, tree: merged };
    return problemsOf([issue], place, 'refused');
  });
  return { config: undefined, problems };
}

/** The keys that a source sets, without those that only concern files and with the shorthand written out. */
function patchOf({ tree }: Source): unknown {
  if (!isTree(tree)) return tree;
  const keys = Object.entries(tree).filter(([key]) => key !== '$schema' && key !== 'extends');
  return Object.fromEntries(
    keys.map(([key, value]) => [key, key === 'optimizer' ? expandOptimizer(value) : value]),
  );
}

function sourceProblems(source: Source): Problem[] {
  if (!isTree(source.tree)) {
    const found = source.tree === null ? 'nothing' : Array.isArray(source.tree) ? 'a list' : 'a single value';
    const message = `found ${found}; allowed: an object of configuration keys, such as {"model": "resnet20"}`;
    return [{ source: source.label, position: undefined, key: '', message }];
  }
  const schema = source.isFile ? ConfigFileSchema : RunConfigSchema;
  const result = schema.safeParse(withoutRemovals(source.tree));
  return result.success ? [] : problemsOf(result.error.issues, source, 'tolerated');
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
      const circle = [...visited.values(), file].join(' → ');
      return {
        sources,
        problems: [extendsProblem(extending, `the files extend each other in a circle: ${circle}`)],
      };
    }
    visited.set(identity, file);
    const { source, problems } = await readSource(file);
    if (source === undefined) {
      const chain =
        extending === undefined ? [] : [extendsProblem(extending, `its base ${file} cannot be used`)];
      return { sources, problems: [...chain, ...problems] };
    }
    sources.unshift(source);
    const base = valueAt(source.tree, ['extends']);
    if (typeof base !== 'string' || base === '') return { sources, problems: [] };
    file = isAbsolute(base) ? base : join(dirname(file), base);
  }
}

function extendsProblem(source: Source | undefined, message: string): Problem {
  return {
    source: source?.label ?? '',
    position: source?.positionOf(['extends'], 'value'),
    key: 'extends',
    message,
  };
}

function readOverrides({ set = [], seeds = [], backend, output }: Overrides): Sources {
  const read = set.map(readAssignment);
  const sources = [
    ...read.flatMap(({ source }) => source ?? []),
    ...(seeds.length === 0 ? [] : [plainSource('--seed', { seeds: [...seeds] })]),
    ...(backend === undefined ? [] : [plainSource('--backend', { backend })]),
    ...(output === undefined ? [] : [plainSource('--out', { output })]),
  ];
  return { sources, problems: read.flatMap(({ problem }) => problem ?? []) };
}

function readAssignment(assignment: string): { source?: Source; problem?: Problem } {
  const label = `--set ${assignment}`;
  const refuse = (message: string) => ({ problem: { source: label, position: undefined, key: '', message } });
  const equals = assignment.indexOf('=');
  const [key, text] = [assignment.slice(0, equals).trim(), assignment.slice(equals + 1).trim()];
  const path = key.split('.');
  if (equals < 0 || text === '' || path.includes('')) {
    return refuse('allowed: key=value, such as --set optimizer.learningRate=5e-4');
  }
  try {
    const value: unknown = parse(text);
    return { source: plainSource(label, nest(path, value)) };
  } catch (error) {
    return refuse(
      `the value cannot be read (${messageOf(error).split('\n')[0] ?? ''}); quote text that has special characters`,
    );
  }
}
