import { z } from 'zod';

/** What a plug-in may be called: it stands before the slash in the names of its methods, and names a folder. */
const OWNER = '[a-z][a-z0-9-]{0,39}';
export const PLUGIN_NAME = new RegExp(`^${OWNER}$`);
/** What a plug-in may call a method: it stands after the slash. */
const METHOD = '[A-Za-z][A-Za-z0-9_-]{0,39}';
export const METHOD_NAME = new RegExp(`^${METHOD}$`);
/** The two with a slash between them. */
const FOREIGN_NAME = new RegExp(`^${OWNER}/${METHOD}$`);

const EXAMPLE = 'mine/sign';

/** The name of a method that is not built in: `mine/sign`. */
export const foreignSchema = z
  .string()
  // Among alternatives the words of the others count too.
  .regex(FOREIGN_NAME, { error: `the name of a plug-in's method, such as ${EXAMPLE}`, abort: true })
  .meta({ examples: [EXAMPLE] });

/** Whether a name is that of a plug-in's method, by its form. */
export function isForeign(name: string): boolean {
  return FOREIGN_NAME.test(name);
}

/** How configurations name a method of a plug-in. */
export function foreignName(plugin: string, method: string): string {
  return `${plugin}/${method}`;
}

/** The plug-in and the method in the name of a method; a built-in one has an empty plug-in. */
export function partsOf(name: string): { readonly plugin: string; readonly method: string } {
  const slash = name.indexOf('/');
  return { plugin: name.slice(0, Math.max(slash, 0)), method: name.slice(slash + 1) };
}

/** Values of options, whatever the method that reads them calls them. */
export const optionsSchema = z.record(z.string(), z.unknown());

/** The kinds of methods, the key of a configuration that names one, and what messages call it. */
export const METHOD_KINDS = [
  { kind: 'models', path: ['model'], word: 'model' },
  { kind: 'transforms', path: ['optimizer', 'gradient'], word: 'transform' },
  { kind: 'optimizers', path: ['optimizer', 'base'], word: 'optimizer' },
  { kind: 'schedules', path: ['schedule', 'decay'], word: 'schedule' },
] as const;

export type MethodKind = (typeof METHOD_KINDS)[number]['kind'];

/** What messages call a method of a kind. */
export function wordOf(kind: MethodKind): string {
  return METHOD_KINDS.find((one) => one.kind === kind)?.word ?? kind;
}

/** A plug-in as a resolved configuration has it: what makes two plug-ins the same is all but `from`. */
export const identitySchema = z.strictObject({
  from: z.string().min(1).describe('Its file.'),
  name: z.string().regex(PLUGIN_NAME).describe('What it calls itself.'),
  version: z.string().min(1).describe('The version that it says it has.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('Of its files: others are refused.'),
});

export type PluginIdentity = z.output<typeof identitySchema>;

/** `plugins` as files have it: a path or the name of an npm package, or a plug-in of which nothing may have changed. */
export const pluginsSchema = z.array(z.union([z.string().min(1), identitySchema]));
