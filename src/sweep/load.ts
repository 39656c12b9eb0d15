import { basename, extname } from 'node:path';
import {
  ConfigError,
  findingsOf,
  isTree,
  kindOfFile,
  nameSchema,
  noPlugins,
  plainSource,
  pluginsOf,
  presetOr,
  problemList,
  problemsOf,
  readOverrides,
  readSource,
  shelve,
  sourceFindings,
  type Finding,
  type Overrides,
  type Problems,
  type ProvidePlugin,
  type Source,
  type Vocabulary,
} from '../config/index.js';
import { SweepFileSchema, type SweepDefinition } from './definition.js';
import { makeMembers } from './members.js';
import { readParts, sourcesIn } from './parts.js';
import { messageNode } from './schema.js';
import type { Sweep } from './sweep.js';

/** What came of checking a sweep file. */
export type SweepCheck =
  { readonly outcome: 'right'; readonly sweep: Sweep } | (Problems & { readonly outcome: 'wrong' });

/**
 * Reads a JSON or YAML sweep file and makes its members, with the overrides laid over each of them.
 * @throws ConfigError which lists what is wrong, one line each
 */
export async function loadSweep(
  path: string,
  overrides: Overrides = {},
  provide?: ProvidePlugin,
): Promise<Sweep> {
  const check = await checkSweep(path, overrides, provide);
  if (check.outcome === 'right') return check.sweep;
  throw new ConfigError(problemList(path, check), check);
}

/** Like {@link loadSweep}, but returns what it found instead of throwing it. */
export async function checkSweep(
  given: string,
  overrides: Overrides = {},
  provide: ProvidePlugin = noPlugins,
): Promise<SweepCheck> {
  const path = await presetOr(given, 'sweep');
  const { source, problems } = await readSource(path);
  if (source === undefined) return wrong(problems.map((problem) => () => problem));
  if (kindOfFile(source.tree) === 'configuration') return wrong([configurationFinding(path)]);
  const parsed = SweepFileSchema.safeParse(source.tree);
  const file = { ...source, schema: messageNode() };
  const { parts, findings: inParts } = await readParts(source);
  const options = readOverrides(overrides);
  const findings = [
    ...(parsed.success ? [] : findingsOf(parsed.error.issues, file, 'refused')),
    ...nameFindings(file),
    ...inParts,
    ...options.findings,
    ...options.sources.flatMap((layer) => sourceFindings(layer)),
  ];
  if (findings.length > 0 || parsed.data === undefined) return wrong(findings);
  const { data: definition } = parsed;
  const name = definition.name ?? nameOf(path);
  const over = [ownKeys(definition), ...options.sources];
  const shelf = await shelve([...sourcesIn(parts), ...over], provide);
  const made = makeMembers({ file, name, parts, over, shelf });
  const { directory, members, findings: inMembers } = made;
  if (inMembers.length > 0) return wrong(inMembers);
  return { outcome: 'right', sweep: { file: path, name, directory, definition, members } };
}

/**
 * The plug-ins that any configuration of a sweep file names; what else is wrong with it does not matter.
 * @throws ConfigError when it cannot be read, is no sweep file, or a plug-in cannot be had
 */
export async function sweepVocabulariesOf(
  path: string,
  provide: ProvidePlugin,
): Promise<readonly Vocabulary[]> {
  const { source, problems } = await readSource(path);
  const parts = source === undefined ? undefined : await readParts(source);
  const sources = parts === undefined ? [] : sourcesIn(parts.parts);
  const shelf = await shelve(sources, provide);
  const named = sources.map((one) => pluginsOf([one], shelf));
  const found = problemsOf([
    ...problems.map((problem) => () => problem),
    ...(kindOfFile(source?.tree) === 'configuration' ? [configurationFinding(path)] : []),
    ...named.flatMap(({ findings }) => findings),
  ]);
  if (found.problems.length > 0) throw new ConfigError(problemList(path, found), found);
  const plugins = named.flatMap((one) => one.plugins);
  return [...new Map(plugins.map((plugin) => [plugin.identity.name, plugin])).values()];
}

function configurationFinding(path: string): Finding {
  const sweep = { base: { extends: basename(path) }, grid: { optimizer: ['adamw', 'gan'] } };
  const message =
    'it is a configuration, which "gan-bench run" trains; a sweep file beside it has it as its base: ' +
    JSON.stringify(sweep);
  return () => ({ source: path, position: undefined, key: '', message });
}

function nameOf(path: string): string {
  return basename(path, extname(path));
}

/** Without a name the file's is taken, which may be any. */
function nameFindings(file: Source): readonly Finding[] {
  const inferred = nameSchema.safeParse(nameOf(file.label));
  if (inferred.success || !isTree(file.tree) || Object.hasOwn(file.tree, 'name')) return [];
  const message = `missing, and that of the file cannot be taken: give ${inferred.error.issues[0]?.message ?? ''}`;
  return [() => ({ source: file.label, position: undefined, key: 'name', message })];
}

/** What the sweep itself sets for all members. */
function ownKeys({ seeds, output }: SweepDefinition): Source {
  const keys = { ...(seeds === undefined ? {} : { seeds }), ...(output === undefined ? {} : { output }) };
  return plainSource('', keys);
}

function wrong(findings: readonly Finding[]): SweepCheck {
  return { outcome: 'wrong', ...problemsOf(findings) };
}
