import type { z } from 'zod';
import { messageOf, UserError } from '../errors.js';
import { printable } from '../support/text.js';
import { identitySchema, type MethodKind, type PluginIdentity } from './methods.js';
import { valueAt } from './merge.js';
import { keyOf, type Finding, type Source } from './source.js';

/** Where a configuration names a plug-in. */
export interface PluginReference {
  /** A path, or the name of an npm package. */
  readonly from: string;
  /** What a relative path starts from, and where a package is looked for. */
  readonly folder: string;
  /** What it has to be, where that is known. */
  readonly pinned?: PluginIdentity | undefined;
}

/** What a configuration may say of a plug-in: what it is, and the options of its methods by their names. */
export interface Vocabulary extends Readonly<Record<MethodKind, ReadonlyMap<string, z.ZodObject>>> {
  readonly identity: PluginIdentity;
}

/**
 * Loads a plug-in.
 * @throws UserError `config` when that cannot be done, or it is not what it has to be
 */
export type ProvidePlugin = (reference: PluginReference) => Promise<Vocabulary>;

/** Of whoever cannot load any. */
export const noPlugins: ProvidePlugin = ({ from }) =>
  Promise.reject(new UserError('config', `${printable(from)}: plug-ins are not loaded here`));

/** Plug-ins that sources name, or why one cannot be had, by {@link shelfKey}. */
export type Shelf = ReadonlyMap<string, Vocabulary | string>;

/** Loads every plug-in that a source names, each once. */
export async function shelve(sources: readonly Source[], provide: ProvidePlugin): Promise<Shelf> {
  const shelf = new Map<string, Vocabulary | string>();
  for (const reference of sources.flatMap(referencesIn)) {
    const key = shelfKey(reference);
    if (!shelf.has(key)) shelf.set(key, await provided(reference, provide));
  }
  return shelf;
}

async function provided(reference: PluginReference, provide: ProvidePlugin): Promise<Vocabulary | string> {
  try {
    return await provide(reference);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return messageOf(error);
  }
}

/** Tells the plug-ins of a shelf apart. */
export function shelfKey({ from, folder, pinned }: PluginReference): string {
  return JSON.stringify([folder, from, pinned]);
}

/** The plug-ins that a source names, in its order; what is none is told by the schema. */
export function referencesIn({ tree, folder }: Source): PluginReference[] {
  const list = valueAt(tree, ['plugins']);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown): PluginReference[] => {
    if (typeof item === 'string') return [{ from: item, folder }];
    const { data } = identitySchema.safeParse(item);
    return data === undefined ? [] : [{ from: data.from, folder, pinned: data }];
  });
}

/** The plug-ins of the source that names them last, or why they cannot be had. */
export function pluginsOf(
  sources: readonly Source[],
  shelf: Shelf,
): { readonly plugins: readonly Vocabulary[]; readonly findings: readonly Finding[] } {
  const source = sources.findLast(({ tree }) => valueAt(tree, ['plugins']) !== undefined);
  const plugins: Vocabulary[] = [];
  const findings: Finding[] = [];
  for (const [index, reference] of (source === undefined ? [] : referencesIn(source)).entries()) {
    const found = shelf.get(shelfKey(reference)) ?? `${reference.from} was not loaded`;
    const message = typeof found === 'string' ? found : namesakes(found, plugins);
    if (source !== undefined && message !== undefined) findings.push(at(source, index, message));
    else if (typeof found !== 'string') plugins.push(found);
  }
  return { plugins, findings };
}

function namesakes(
  { identity: { name, from } }: Vocabulary,
  others: readonly Vocabulary[],
): string | undefined {
  const twin = others.find(({ identity }) => identity.name === name);
  if (twin === undefined) return undefined;
  return `${from} and ${twin.identity.from} are both named ${name}; give one of them another meta.name`;
}

function at(source: Source, index: number, message: string): Finding {
  const path = ['plugins', index];
  const [position, key] = [source.positionOf(path, 'value'), keyOf(source, path)];
  return () => ({ source: source.label, position, key, message });
}
