import { isTree, valueAt } from './merge.js';
import { expandOptimizer } from './optimizer.js';
import { DEEPEST } from './parse.js';
import { withPlaces } from './places.js';
import { keyOf, type Finding, type Source } from './source.js';

type Place = readonly PropertyKey[];

/** One key that a part of a file sets, written dotted or nested, with its value. */
export interface Entry {
  /** The key's path in the configuration. */
  readonly path: readonly string[];
  /** Where in the file each key of the path stands. */
  readonly keys: readonly Place[];
  /** Where in the file the value stands. */
  readonly place: Place;
  readonly value: unknown;
}

/** The entries of a tree in which `a.b: 1` and `a: {b: 1}` mean the same, the outer ones first, then by name. */
export function entriesOf(tree: unknown, place: Place): Entry[] {
  return walk(tree, { path: [], keys: [], place, value: tree }).toSorted(outerFirst);
}

function walk(tree: unknown, above: Entry): Entry[] {
  if (!isTree(tree)) return [];
  return Object.entries(tree).flatMap(([key, value]) => {
    const place = [...above.place, key];
    const words = key.split('.');
    const path = [...above.path, ...words];
    const entry = { path, keys: [...above.keys, ...words.map(() => place)], place, value };
    return isTree(value) && Object.keys(value).length > 0 ? walk(value, entry) : [entry];
  });
}

/** Orders what sets keys so that an outer key comes before those in it, whatever the order in the file. */
export function outerFirst(a: Pick<Entry, 'path'>, b: Pick<Entry, 'path'>): number {
  const [left, right] = [a.path.join('.'), b.path.join('.')];
  return a.path.length - b.path.length || (left < right ? -1 : Number(left > right));
}

/**
 * What entries set, as a source of its own that knows where in the file each key stands.
 * @param within the part of the file that they are from
 */
export function layerOf(
  file: Source,
  entries: readonly Entry[],
  within: string,
): { readonly source: Source; readonly findings: readonly Finding[] } {
  const builder = new TreeBuilder();
  const positionOf: Source['positionOf'] = (path, part) => {
    const entry =
      entries.findLast((one) => startsWith(path, one.path)) ??
      entries.find((one) => startsWith(one.path, path));
    if (entry === undefined) return undefined;
    const isInValue =
      path.length > entry.path.length || (path.length === entry.path.length && part === 'value');
    if (!isInValue) return file.positionOf(entry.keys[path.length - 1] ?? entry.place, part);
    return file.positionOf([...entry.place, ...path.slice(entry.path.length)], part);
  };
  const findings = entries.flatMap((entry) => {
    const message = builder.add(entry);
    if (message === undefined) return [];
    const [position, key] = [
      file.positionOf(entry.keys.at(-1) ?? [], 'key'),
      keyOf({ ...file, within }, entry.path),
    ];
    return [() => ({ source: file.label, position, key, message })];
  });
  const tree = withPlaces(builder.tree(), file.folder);
  return { source: { ...file, isFile: false, tree, within, positionOf }, findings };
}

function startsWith(path: readonly PropertyKey[], start: readonly PropertyKey[]): boolean {
  return start.every((key, index) => key === path[index]);
}

type Branch = Map<string, unknown>;

class TreeBuilder {
  readonly #root: Branch = new Map();

  /** @returns what is wrong with adding it to those that are there */
  add({ path, value }: Entry): string | undefined {
    if (path.length > DEEPEST) return `the key has ${path.length} levels, at most ${DEEPEST} are read`;
    let branch = this.#root;
    for (const [index, key] of path.slice(0, -1).entries()) {
      const next = branch.get(key) ?? new Map<string, unknown>();
      if (!isBranch(next)) {
        return `${path.slice(0, index + 1).join('.')} is ${JSON.stringify(next)} here, so it has no keys; give either`;
      }
      branch.set(key, next);
      branch = next;
    }
    const last = path.at(-1) ?? '';
    if (branch.has(last)) return 'the key is given twice, once dotted and once nested; give it once';
    const written = path.length === 1 && last === 'optimizer' ? expandOptimizer(value) : value;
    branch.set(
      last,
      isTree(written) && Object.keys(written).length > 0 ? new Map(Object.entries(written)) : written,
    );
    return undefined;
  }

  tree(): unknown {
    return plain(this.#root);
  }
}

function isBranch(value: unknown): value is Branch {
  return value instanceof Map;
}

function plain(value: unknown): unknown {
  if (!isBranch(value)) return value;
  return Object.fromEntries([...value].map(([key, child]) => [key, plain(child)]));
}

/** Whether a tree has all that a pattern has; null stands for a key that is not set. */
export function isLike(tree: unknown, pattern: unknown): boolean {
  if (pattern === null) return tree === undefined;
  if (isTree(pattern)) {
    return (
      isTree(tree) && Object.entries(pattern).every(([key, value]) => isLike(valueAt(tree, [key]), value))
    );
  }
  return JSON.stringify(tree) === JSON.stringify(pattern);
}
