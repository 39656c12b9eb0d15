import { createHash } from 'node:crypto';
import { rollup } from 'd3-array';
import {
  folderLabel,
  isForeign,
  isTree,
  keyPaths,
  merge,
  nest,
  outerFirst,
  partsOf,
  valueAt,
} from '../config/index.js';
import type { Setting } from './sweep.js';
import { variedNode } from './varied.js';

/** Keys whose values say by themselves what they are: a name begins with them, without the key. */
const WORDS: ReadonlySet<string> = new Set([
  'model',
  'dataset.name',
  'dataset.folder',
  'optimizer',
  'optimizer.gradient',
  'optimizer.base',
  'precision',
  'backend',
]);

/** Words that say nothing without their key. */
const BARE_OF_MEANING: ReadonlySet<unknown> = new Set(['none', 'auto']);

/** The key whose objects are kinds of which one is chosen. */
const CHOICE = 'schedule.decay';

/** What a configuration's `name` may have. */
const LONGEST_NAME = 100;
const HASH_DIGITS = 8;

/**
 * Names a member after what varies: `gan`, `gan-lr3e-4`, `gan-no-autoscale`. It depends on nothing but the settings and the
 * base: not on their order, nor on the other members of the sweep. A value that is the base's own is left out, unless it is
 * one of the {@link WORDS}; where nothing is left, the name is `base`.
 * @param base the resolved base configuration
 */
export function memberName(settings: readonly Setting[], base: unknown): string {
  const leaves = new Map(
    settings
      .toSorted(outerFirst)
      .flatMap((setting) => leavesOf(setting).map((leaf) => [leaf.path.join('.'), leaf])),
  );
  const shown = [...leaves.values()].filter((leaf) => isWord(leaf) || !isOfBase(leaf, base));
  const ordered = shown.toSorted((a, b) => Number(isWord(b)) - Number(isWord(a)) || outerFirst(a, b));
  return shortened(ordered.map(labelOf).join('-') || 'base');
}

/** The single keys of a setting whose value is an object; a kind of decay stays one. */
function leavesOf({ path, value }: Setting): Setting[] {
  if (!isTree(value) || `${path.join('.')}.`.startsWith(`${CHOICE}.`)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, child]) => leavesOf({ path: [...path, key], value: child }));
}

function isWord({ path, value }: Setting): boolean {
  return typeof value === 'string' && WORDS.has(path.join('.'));
}

/** Whether laying the setting over the base changes nothing. */
function isOfBase({ path, value }: Setting, base: unknown): boolean {
  const changed = valueAt(merge(base, nest(path, value)), path);
  return JSON.stringify(changed) === JSON.stringify(valueAt(base, path));
}

function labelOf(setting: Setting): string {
  const { path, value } = setting;
  const key = keyLabel(path);
  if (isWord(setting) && path.join('.') === 'dataset.folder') return placeLabel(String(value));
  if (isWord(setting) && !BARE_OF_MEANING.has(value)) return wordLabel(String(value));
  if (typeof value === 'number') return numberLabel(abbreviation(path), value);
  if (typeof value === 'boolean') return value ? key : `no-${key}`;
  if (value === null) return `no-${key}`;
  if (Array.isArray(value)) return `${key}-${value.map(valueLabel).join('_')}`;
  if (path.join('.') === CHOICE) return kindLabel(value);
  return isTree(value) ? [key, ...innerLabels(value)].join('-') : `${key}-${valueLabel(value)}`;
}

/** A word as a part of a folder's name: a plug-in's mine/sign is `mine-sign`, and lion/lion `lion`. */
function wordLabel(word: string): string {
  const { plugin, method } = partsOf(word);
  return isForeign(word) && plugin !== method ? `${plugin}-${method}` : method;
}

/** A folder's own name, of the characters that names have. */
function placeLabel(folder: string): string {
  return (
    folderLabel(folder)
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'folder'
  );
}

/** `constant`, `cosine`, `step-every10-factor0.5`. */
function kindLabel(value: unknown): string {
  if (!isTree(value)) return wordLabel(String(value));
  return Object.entries(value)
    .flatMap(([kind, keys]) => [wordLabel(kind), ...innerLabels(keys)])
    .join('-');
}

function innerLabels(keys: unknown): string[] {
  if (!isTree(keys)) return [];
  const names = Object.keys(keys).toSorted();
  return names.map((name) => {
    const value = keys[name];
    if (typeof value === 'number') return numberLabel(name, value);
    return `${name}-${Array.isArray(value) ? value.map(valueLabel).join('_') : String(value)}`;
  });
}

function valueLabel(value: unknown): string {
  return typeof value === 'number' ? shortest(value) : String(value);
}

/** `lr3e-4`; `beta1-0.9` where the key itself ends in a digit. */
function numberLabel(key: string, value: number): string {
  return `${key}${/\d$/.test(key) ? '-' : ''}${shortest(value)}`;
}

/** A number in the fewest characters; a whole one as it is usually written. */
function shortest(value: number): string {
  const plain = String(value);
  const exponential = value.toExponential().replace('e+', 'e');
  const isPlain = Number.isInteger(value) && Math.abs(value) < 1e6;
  return isPlain || plain.length <= exponential.length ? plain.replace('e+', 'e') : exponential;
}

/** `lr` of `optimizer.learningRate`, a single word in full; what another key would have too is written as {@link keyLabel} does. */
function abbreviation(path: readonly string[]): string {
  const short = initials(path);
  return isUnique(short, uses().initials) ? short : keyLabel(path);
}

function initials(path: readonly string[]): string {
  const words = (path.at(-1) ?? '').split(/(?=[A-Z])/);
  return words.length === 1 ? words.join('') : words.map((word) => word.charAt(0).toLowerCase()).join('');
}

/** The shortest end of the path that no other key has: `shuffle`, `step-factor`. */
function keyLabel(path: readonly string[]): string {
  return endsOf(path).find((end) => isUnique(end, uses().ends)) ?? path.join('-');
}

function endsOf(path: readonly string[]): string[] {
  return path.map((_, index) => path.slice(-1 - index).join('-'));
}

/** How many keys of a configuration have each label. */
interface Uses {
  readonly initials: ReadonlyMap<string, number>;
  readonly ends: ReadonlyMap<string, number>;
}

let counted: Uses | undefined;

/** Counts over all keys that there are: which of them a sweep varies changes no name. */
function uses(): Uses {
  counted ??= countUses([...new Map(keyPaths(variedNode()).map((path) => [path.join('.'), path])).values()]);
  return counted;
}

function countUses(paths: readonly (readonly string[])[]): Uses {
  const counts = (labels: readonly string[]) =>
    rollup(
      labels,
      (same) => same.length,
      (label) => label,
    );
  return { initials: counts(paths.map(initials)), ends: counts(paths.flatMap(endsOf)) };
}

function isUnique(label: string, counts: ReadonlyMap<string, number>): boolean {
  return (counts.get(label) ?? 0) <= 1;
}

/** A name that is too long ends in a hash of the whole, which is the same wherever it is made. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  return `${name.slice(0, LONGEST_NAME - HASH_DIGITS - 1)}-${hash}`;
}
