import type { z } from 'zod';
import { foreignNode } from './foreign-node.js';
import { configNode, type SchemaNode } from './json-schema.js';
import { spellOut, withOptions, type Spelled } from './foreign.js';
import { mergeSources } from './layers.js';
import { valueAt } from './merge.js';
import { pluginsOf, type Shelf } from './plugins.js';
import { findingsOf } from './problems.js';
import { RunConfigSchema, WrittenConfigSchema, type RunConfig, type WrittenConfig } from './schema.js';
import { plainSource, type Finding, type Source } from './source.js';

/** A configuration with every default filled in, or what keeps the sources from being one. */
export type Resolution =
  | { readonly config: RunConfig; readonly findings: readonly [] }
  | { readonly config: undefined; readonly findings: readonly Finding[] };

/** What something is told to be missing from: the file, and the part of it. */
type Whole = Pick<Source, 'label' | 'within'>;

/**
 * Merges sources that are each right by themselves, the later over the earlier, and fills in the defaults.
 * @param place the file, and the part of it, that a missing key is told to be missing from
 * @param name the configuration's, where no source gives one
 * @param shelf the plug-ins that the sources name
 */
export function resolveSources(
  sources: readonly Source[],
  place: Whole,
  name: string,
  shelf: Shelf,
): Resolution {
  const tree = mergeSources(sources, { name });
  const { data: written, error } = WrittenConfigSchema.safeParse(tree);
  if (written === undefined) return wrong(issuesTold(error.issues, sources, { ...place, tree }));
  const { plugins, findings } = pluginsOf(sources, shelf);
  if (findings.length > 0) return wrong(findings);
  const spelled = spellOut(written, plugins);
  if (spelled.issues.length === 0) return { config: resolved(written, spelled), findings: [] };
  const schema = foreignNode(spelled.used, configNode(), spelled.modelKeys);
  return wrong(issuesTold(spelled.issues, sources, { ...place, tree: written }, schema));
}

function wrong(findings: readonly Finding[]): Resolution {
  return { config: undefined, findings };
}

/** What is wrong with merged sources, told where the key was set last. */
function issuesTold(
  issues: readonly z.core.$ZodIssue[],
  sources: readonly Source[],
  { label, within, tree }: Whole & Pick<Source, 'tree'>,
  schema?: SchemaNode,
): Finding[] {
  const whole = { ...plainSource(label, tree), within };
  return issues.flatMap((issue) => {
    const setter = sources.findLast((source) => valueAt(source.tree, issue.path) !== undefined);
    const source = { ...(setter ?? whole), tree };
    return findingsOf([issue], schema === undefined ? source : { ...source, schema }, 'refused');
  });
}

/** Of each plug-in that is used what it is; the others have no part in what is trained. */
function resolved(written: WrittenConfig, spelled: Spelled): RunConfig {
  const used = spelled.used.map(({ identity }) => identity).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const keys = Object.entries(withOptions(written, spelled)).filter(([key]) => key !== 'plugins');
  return RunConfigSchema.parse(Object.fromEntries(used.length === 0 ? keys : [...keys, ['plugins', used]]));
}
