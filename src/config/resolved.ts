import { z } from 'zod';
import { folderLabel } from './dataset.js';
import { isTree } from './merge.js';
import { identitySchema } from './methods.js';
import { unreadKeys } from './optimizer.js';
import { RunConfigSchema, type RunConfig } from './schema.js';

/**
 * Keys that say where and how a run is made and recorded, not what it trains: two configurations that differ in
 * nothing else are the same experiment, and a resume may change them. (Which engine computed a run stands in its
 * checkpoints, whatever `backend` says.)
 */
export const CIRCUMSTANCES = [
  'name',
  'seeds',
  'backend',
  'log',
  'checkpoint',
  'output',
] as const satisfies readonly (keyof RunConfig)[];

/**
 * What makes two configurations different experiments: each key with both values, `epochs: was 200, now 100`; none
 * when they train the same. This is the one rule for a resume, the summary and whoever else asks.
 * @param before the stored configuration, or whatever was found in its place; a key that is newer than it has its
 * default
 */
export function configDifferences(before: unknown, now: RunConfig): string[] {
  // A key that is newer than the run had no other value than its default.
  const whole = RunConfigSchema.safeParse(before);
  const [old, current] = [leaves(whole.success ? whole.data : before), leaves(now)];
  const keys = [...new Set([...old.keys(), ...current.keys()])];
  return keys
    .filter((key) => !isCircumstance(key) && old.get(key) !== current.get(key))
    .map((key) => `${key}: was ${old.get(key) ?? 'not set'}, now ${current.get(key) ?? 'not set'}`);
}

/**
 * What a configuration trains, key by key, dotted and by name, with the values as JSON: without circumstances, and without
 * the keys of its optimizer that nothing reads, such as the stages of gan beside another transform. Configurations that
 * are different experiments may train the same.
 */
export function trainedKeys(config: RunConfig): ReadonlyMap<string, string> {
  const unread = unreadKeys(config.optimizer).map((key) => `optimizer.${key}`);
  const isUnread = (key: string): boolean => unread.some((one) => key === one || key.startsWith(`${one}.`));
  const trained = [...leaves(config)].filter(([key]) => !isCircumstance(key) && !isUnread(key));
  return new Map(trained.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same text for two configurations just when they train the same. */
export function trainingKey(config: RunConfig): string {
  return JSON.stringify([...trainedKeys(config)]);
}

/** The same text for two configurations just when they have no {@link configDifferences}. */
export function experimentKey(config: RunConfig): string {
  const trained = [...leaves(config)].filter(([key]) => !isCircumstance(key));
  return JSON.stringify(trained.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isCircumstance(key: string): boolean {
  return CIRCUMSTANCES.some((circumstance) => key === circumstance || key.startsWith(`${circumstance}.`));
}

/** What makes two plug-ins the same, by their names; where their files lie does not matter. */
function pluginLeaves(plugins: unknown): Map<string, string> {
  const list = z.array(identitySchema).safeParse(plugins).data ?? [];
  return new Map(
    list.map(({ name, version, sha256 }) => [`plugins.${name}`, `${version}, SHA-256 ${sha256}`]),
  );
}

/** Every value below a tree that is not itself an object, as JSON, under its dotted path; lists count as one value. */
function leaves(tree: unknown, prefix = ''): Map<string, string> {
  if (!isTree(tree)) return new Map();
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (key === 'plugins' && prefix === '')
      pluginLeaves(value).forEach((leaf, path) => found.set(path, leaf));
    else if (isTree(value)) leaves(value, `${prefix}${key}.`).forEach((leaf, path) => found.set(path, leaf));
    else if (value !== undefined) found.set(`${prefix}${key}`, leafOf(`${prefix}${key}`, value));
  }
  return found;
}

/** Where a folder of data lies does not matter, as with named data sets: that its files are the same is for their checksums. */
function leafOf(key: string, value: unknown): string {
  return JSON.stringify(key === 'dataset.folder' && typeof value === 'string' ? folderLabel(value) : value);
}
