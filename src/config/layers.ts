import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { printable } from '../support/text.js';
import { isTree, merge, valueAt } from './merge.js';
import { expandOptimizer } from './optimizer.js';
import { withPlaces } from './places.js';
import { isThere, presetNamed } from './preset.js';
import { findingsOf, withoutRemovals } from './problems.js';
import { readSource } from './read.js';
import { ConfigFileSchema, FILE_KEYS, UncheckedConfigSchema, WrittenConfigSchema } from './schema.js';
import { keyOf, type Finding, type Source } from './source.js';

/** What is laid over each other, the most basic first, and what was found wrong when it was read. */
export interface Sources {
  readonly sources: readonly Source[];
  readonly findings: readonly Finding[];
}

/** A source with all that it extends. `file` is where it stands: what it extends is looked for beside that. */
export async function withBases(top: Source, file: string): Promise<Sources> {
  const sources = [top];
  const visited = new Map<string, string>();
  for (let [extending, path] = [top, file]; ;) {
    visited.set(await identityOf(path), path);
    const base = valueAt(extending.tree, ['extends']);
    if (typeof base !== 'string' || base === '') return { sources, findings: [] };
    const beside = isAbsolute(base) ? base : join(dirname(path), base);
    path = (await isThere(beside)) ? beside : ((await presetNamed(base, 'config')) ?? beside);
    if (visited.has(await identityOf(path))) {
      const circle = [...visited.values(), path].map((name) => printable(name)).join(' → ');
      const message = `the files extend each other in a circle: ${circle}`;
      return { sources, findings: [extendsFinding(extending, message)] };
    }
    const { source, problems } = await readSource(path);
    if (source === undefined) {
      const chain = extendsFinding(extending, `its base ${printable(path)} cannot be used`);
      return { sources, findings: [chain, ...problems.map((problem) => () => problem)] };
    }
    sources.unshift(source);
    extending = source;
  }
}

function identityOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

function extendsFinding(source: Source, message: string): Finding {
  return () => ({
    source: source.label,
    position: source.positionOf(['extends'], 'value'),
    key: keyOf(source, ['extends']),
    message,
  });
}

/** What is wrong with the keys and values of a source by itself; what it leaves to others is not. */
export function sourceFindings(source: Source): readonly Finding[] {
  if (!isTree(source.tree)) {
    const found = source.tree === null ? 'nothing' : Array.isArray(source.tree) ? 'a list' : 'a single value';
    const message = `found ${found}; allowed: an object of configuration keys, such as {"model": "resnet20"}`;
    const [position, key] = [source.positionOf([], 'value'), keyOf(source, [])];
    return [() => ({ source: source.label, position, key, message })];
  }
  const schema = source.isFile ? ConfigFileSchema : WrittenConfigSchema;
  const result = schema.safeParse(withoutRemovals(source.tree));
  return result.success ? [] : findingsOf(result.error.issues, source, 'tolerated');
}

/** Fills the defaults into merged keys that are each right; what is missing or contradictory stays so: to look at, not to run. */
export function uncheckedConfig(merged: unknown): unknown {
  const result = UncheckedConfigSchema.safeParse(merged);
  return result.success ? result.data : merged;
}

/** Lays the keys of sources over each other, and over those of `tree`. */
export function mergeSources(sources: readonly Source[], tree: unknown = {}): unknown {
  return sources.reduce<unknown>((merged, source) => merge(merged, patchOf(source)), tree);
}

/** The keys that a source sets, without those that only concern files, with the shorthand written out and paths made absolute. */
function patchOf({ tree: written, folder }: Source): unknown {
  const tree = withPlaces(written, folder);
  if (!isTree(tree)) return tree;
  const keys = Object.entries(tree).filter(([key]) => !FILE_KEYS.has(key));
  return Object.fromEntries(
    keys.map(([key, value]) => [key, key === 'optimizer' ? expandOptimizer(value) : value]),
  );
}
