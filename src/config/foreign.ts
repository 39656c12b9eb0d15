import { z } from 'zod';
import { isTree, valueAt, type Tree } from './merge.js';
import { isForeign, METHOD_KINDS, partsOf, wordOf, type MethodKind } from './methods.js';
import { schemaOfModel } from './models.js';
import type { Vocabulary } from './plugins.js';
import type { WrittenConfig } from './schema.js';
import { decayKind } from './schedule.js';

/** What is wrong with a key, as zod would have it. */
type Issue = z.core.$ZodIssue;

/** The key with the options of models. */
const MODEL_OPTIONS = ['modelOptions'] as const;

/** A method of a plug-in that a configuration names, and where the values of its options stand. */
interface Use {
  readonly kind: MethodKind;
  readonly name: string;
  /** The key that names it. */
  readonly path: readonly string[];
  /** The key that has its options. */
  readonly optionsPath: readonly string[];
}

/** Options with every default, or what is wrong with them and with the names. */
export interface Spelled {
  /** What is to be laid over the configuration. */
  readonly options: readonly (readonly [path: readonly string[], value: unknown])[];
  /** The plug-ins that are used, with no more than the methods that are. */
  readonly used: readonly Vocabulary[];
  /** What the model reads, if it is a built-in one. */
  readonly modelKeys: z.ZodRawShape;
  readonly issues: readonly Issue[];
}

/** An object of options, and what reads it. */
interface Place {
  readonly path: readonly string[];
  readonly schema: z.ZodObject;
}

/** The same, where there may be none. */
type Reader = Pick<Place, 'path'> & { readonly schema: z.ZodObject | undefined };

/** Looks up what a configuration names of plug-ins, and checks the options of methods by their own schemas. */
export function spellOut(config: WrittenConfig, plugins: readonly Vocabulary[]): Spelled {
  const uses = usesIn(config);
  const found = uses.map((use) => ({ use, ...lookUp(use, plugins) }));
  const issues = found.flatMap(({ issue }) => issue ?? []);
  const ownModel = schemaOfModel(config.model);
  const modelKeys = ownModel?.shape ?? {};
  if (issues.length > 0) return { options: [], used: plugins, modelKeys, issues };
  const places = placesOf([
    { path: MODEL_OPTIONS, schema: ownModel },
    ...found.map(({ use, schema }) => ({ path: use.optionsPath, schema })),
  ]);
  const parsed = places.map(({ path, schema }) => ({
    path,
    ...schema.safeParse(valueAt(config, path) ?? {}, { reportInput: true }),
  }));
  return {
    options: parsed.map(({ path, data }) => [path, data]),
    used: plugins.flatMap((plugin) => narrowed(plugin, uses)),
    modelKeys,
    issues: [
      ...parsed.flatMap(({ path, error }) => (error?.issues ?? []).map((issue) => below(path, issue))),
      ...unreadOptions(config, places),
    ],
  };
}

/** A plug-in with those of its methods that are used; nothing where none is. */
function narrowed(plugin: Vocabulary, uses: readonly Use[]): Vocabulary[] {
  const { name: owner } = plugin.identity;
  const own = uses.filter(({ name }) => partsOf(name).plugin === owner);
  if (own.length === 0) return [];
  const usedOf = (kind: MethodKind) => {
    const isUsed = (method: string) =>
      own.some((use) => use.kind === kind && partsOf(use.name).method === method);
    return new Map([...plugin[kind]].filter(([method]) => isUsed(method)));
  };
  return [
    {
      identity: plugin.identity,
      models: usedOf('models'),
      transforms: usedOf('transforms'),
      optimizers: usedOf('optimizers'),
      schedules: usedOf('schedules'),
    },
  ];
}

/** The path of an object of options, and its schema: transform and optimizer share one. */
function placesOf(readers: readonly Reader[]): Place[] {
  const places = new Map<string, Place>();
  for (const { path, schema } of readers) {
    if (schema === undefined) continue;
    const key = path.join('.');
    const shape = { ...places.get(key)?.schema.shape, ...schema.shape };
    places.set(key, { path, schema: z.strictObject(shape) });
  }
  return [...places.values()];
}

function usesIn(config: WrittenConfig): Use[] {
  return METHOD_KINDS.flatMap(({ kind, path }): Use[] => {
    const value = valueAt(config, path);
    const name = kind === 'schedules' ? decayKind(config.schedule.decay).kind : String(value);
    return isForeign(name) ? [{ kind, name, path, optionsPath: optionsPathOf(kind, name) }] : [];
  });
}

function optionsPathOf(kind: MethodKind, name: string): readonly string[] {
  if (kind === 'models') return MODEL_OPTIONS;
  return kind === 'schedules' ? ['schedule', 'decay', name] : ['optimizer', 'options'];
}

function lookUp(
  { kind, name, path }: Use,
  plugins: readonly Vocabulary[],
): { readonly schema?: z.ZodObject; readonly issue?: Issue } {
  const { plugin, method } = partsOf(name);
  const owner = plugins.find(({ identity }) => identity.name === plugin);
  const word = wordOf(kind);
  if (owner === undefined) {
    const known = plugins.map(({ identity }) => identity.name).join(', ');
    const which = known === '' ? 'none is named in plugins' : `plugins has ${known}`;
    return refuse(path, name, `that of a plug-in that plugins names; there is no ${plugin} (${which})`);
  }
  const schema = owner[kind].get(method);
  if (schema !== undefined) return { schema };
  const names = [...owner[kind].keys()];
  const has = names.length === 0 ? `no ${word}` : `the ${word} ${names.join(', ')}`;
  return refuse(path, name, `a ${word} of the plug-in ${plugin}, which has ${has}`);
}

function refuse(path: readonly string[], input: unknown, message: string): { readonly issue: Issue } {
  return { issue: { code: 'custom', path: [...path], input, message } };
}

function below(path: readonly string[], issue: Issue): Issue {
  return { ...issue, path: [...path, ...issue.path] };
}

/** Options that nobody reads are those of another method, or a mistake. */
function unreadOptions(config: WrittenConfig, places: readonly Place[]): Issue[] {
  const reasons = [
    { path: MODEL_OPTIONS, reason: `the model ${config.model} reads none` },
    {
      path: ['optimizer', 'options'],
      reason: "only a plug-in's transform or base optimizer reads it and here is none",
    },
  ];
  return reasons.flatMap(({ path, reason }) => {
    const value = valueAt(config, path);
    if (!isTree(value) || places.some((place) => place.path.join('.') === path.join('.'))) return [];
    const message = `nothing, for ${reason}; take the key out`;
    return [{ code: 'custom' as const, path: [...path], input: value, message }];
  });
}

/** A configuration with the options of its methods spelled out. */
export function withOptions(config: WrittenConfig, { options }: Spelled): Tree {
  return options.reduce<Tree>((tree, [path, value]) => setAt(tree, path, value), config);
}

function setAt(tree: unknown, [key, ...rest]: readonly string[], value: unknown): Tree {
  const inner = isTree(tree) ? tree : {};
  if (key === undefined) return inner;
  return { ...inner, [key]: rest.length === 0 ? value : setAt(valueAt(inner, [key]), rest, value) };
}
