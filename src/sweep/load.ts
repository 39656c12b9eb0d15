import { basename, extname } from 'node:path';
import {
  ConfigError,
  findingsOf,
  plainSource,
  problemList,
  problemsOf,
  readOverrides,
  readSource,
  schemaNode,
  sourceFindings,
  valueAt,
  withBases,
  type Finding,
  type Overrides,
  type Problems,
  type Source,
} from '../config/index.js';
import { readAxes } from './axes.js';
import { SweepFileSchema, type SweepDefinition } from './definition.js';
import { makeMembers } from './members.js';
import { readCases, readExclude, readPattern } from './parts.js';
import type { Sweep } from './sweep.js';

/** What came of checking a sweep file. */
export type SweepCheck =
  { readonly outcome: 'right'; readonly sweep: Sweep } | (Problems & { readonly outcome: 'wrong' });

/**
 * Reads a JSON or YAML sweep file and makes its members, with the overrides laid over each of them.
 * @throws ConfigError which lists what is wrong, one line each
 */
export async function loadSweep(path: string, overrides: Overrides = {}): Promise<Sweep> {
  const check = await checkSweep(path, overrides);
  if (check.outcome === 'right') return check.sweep;
  throw new ConfigError(problemList(path, check), check);
}

/** Like {@link loadSweep}, but returns what it found instead of throwing it. */
export async function checkSweep(path: string, overrides: Overrides = {}): Promise<SweepCheck> {
  const { source, problems } = await readSource(path);
  if (source === undefined) return wrong(problems.map((problem) => () => problem));
  const file = { ...source, schema: schemaNode(SweepFileSchema, () => false) };
  const parsed = SweepFileSchema.safeParse(file.tree);
  if (!parsed.success) return wrong(findingsOf(parsed.error.issues, file, 'refused'));
  return await assemble(source, parsed.data, overrides);
}

async function assemble(
  file: Source,
  definition: SweepDefinition,
  overrides: Overrides,
): Promise<SweepCheck> {
  const base = await withBases(basePart(file), file.label);
  const axes = readAxes(file);
  const { cases, findings: inCases } = readCases(file);
  const { patterns, findings: inExclude } = readExclude(file);
  const compared =
    definition.compare.baseline === undefined ? undefined : readPattern(file, ['compare', 'baseline']);
  const options = readOverrides(overrides);
  const layers = [
    ...base.sources,
    ...[...axes.grid, ...axes.zip].flatMap(({ choices }) => choices.map(({ source }) => source)),
    ...cases.map(({ source }) => source),
    ...patterns.map(({ source }) => source),
    ...(compared === undefined ? [] : [compared.pattern.source]),
    ...options.sources,
  ];
  const findings = [
    ...base.findings,
    ...axes.findings,
    ...inCases,
    ...inExclude,
    ...(compared?.findings ?? []),
    ...options.findings,
    ...layers.flatMap((layer) => sourceFindings(layer)),
  ];
  if (findings.length > 0) return wrong(findings);
  const name = definition.name ?? basename(file.label, extname(file.label));
  const made = makeMembers({
    file,
    name,
    base: base.sources,
    axes,
    cases,
    exclude: patterns,
    baseline: compared?.pattern,
    over: [...ownKeys(file, definition), ...options.sources],
  });
  if (made.findings.length > 0) return wrong(made.findings);
  const { directory, members } = made;
  return { outcome: 'right', sweep: { file: file.label, name, directory, definition, members } };
}

/** The base as a source of its own. */
function basePart(file: Source): Source {
  const positionOf: Source['positionOf'] = (path, part) => file.positionOf(['base', ...path], part);
  return { ...file, tree: valueAt(file.tree, ['base']), within: 'base', positionOf };
}

/** What the sweep itself says of seeds and output. */
function ownKeys(file: Source, { seeds, output }: SweepDefinition): Source[] {
  const keys = { ...(seeds === undefined ? {} : { seeds }), ...(output === undefined ? {} : { output }) };
  return [plainSource(file.label, keys)];
}

function wrong(findings: readonly Finding[]): SweepCheck {
  return { outcome: 'wrong', ...problemsOf(findings) };
}
