/** An object as JSON or YAML gives it. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path, following an object's own keys only; undefined where there is none. */
export function valueAt(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

/** A tree that holds one value, at a path: `nest(['a', 'b'], 1)` is `{a: {b: 1}}`. */
export function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** The keys whose objects are kinds of which only one may be chosen: another kind replaces the inherited one. */
const CHOICES: ReadonlySet<string> = new Set(['schedule.decay']);

/** Keys that take the place of others: who names a data set wants no inherited folder, and the other way round. */
const INSTEAD: ReadonlyMap<string, readonly string[]> = new Map([
  ['dataset.name', ['folder', 'format', 'size']],
  ['dataset.folder', ['name']],
]);

/**
 * Lays one tree over another as JSON Merge Patch does (RFC 7396): objects are merged key by key, every other
 * value, lists included, is replaced, and null takes the inherited value away.
 * `schedule.decay` keeps only the kind that the patch names, and `dataset` either a name or a folder.
 */
export function merge(base: unknown, patch: unknown, path: readonly string[] = []): unknown {
  if (!isTree(patch)) return patch;
  const inherited = isTree(base) ? base : {};
  const merged = new Map(CHOICES.has(path.join('.')) ? [] : Object.entries(inherited));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(valueAt(inherited, [key]), value, [...path, key]));
    const replaced = value === null ? [] : (INSTEAD.get([...path, key].join('.')) ?? []);
    for (const other of replaced) if (!Object.hasOwn(patch, other)) merged.delete(other);
  }
  return Object.fromEntries(merged);
}
