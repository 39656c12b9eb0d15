import {
  isTree,
  keyOf,
  layerOf,
  nameSchema,
  sourceFindings,
  valueAt,
  withBases,
  type Entry,
  type Finding,
  type Source,
} from '../config/index.js';
import { readAxes, type Axes } from './axes.js';
import type { Setting } from './sweep.js';
import { baseFindings, baseNode, variedEntries, variedNode, type Place } from './varied.js';

/** The file that stands beside the members, and so no member may be named like it. */
export const FROZEN_NAME = 'sweep.json';

/** A configuration beside the grid. */
export interface Case {
  readonly name: string;
  readonly place: Place;
  readonly settings: readonly Setting[];
  readonly source: Source;
}

/** Settings that members may have. */
export interface Pattern {
  readonly place: Place;
  readonly source: Source;
}

/** What the parts of a sweep file say of configurations. */
export interface Parts {
  /** The base and what it extends, the most basic first. */
  readonly base: readonly Source[];
  readonly axes: Axes;
  readonly cases: readonly Case[];
  readonly exclude: readonly Pattern[];
  readonly baseline: Pattern | undefined;
}

/** All that members are made of. */
export function sourcesIn({ base, axes, cases }: Parts): Source[] {
  const choices = [...axes.grid, ...axes.zip].flatMap((axis) => axis.choices);
  return [...base, ...choices.map(({ source }) => source), ...cases.map(({ source }) => source)];
}

/** Reads the parts of a sweep file, each by itself; with findings they are not all there. */
export async function readParts(
  file: Source,
): Promise<{ readonly parts: Parts; readonly findings: readonly Finding[] }> {
  const base = await readBase(file);
  const varied = { ...file, schema: variedNode() };
  const axes = readAxes(varied);
  const cases = placesIn(file, 'cases').map((place) => readCase(varied, place));
  const exclude = placesIn(file, 'exclude').map((place) => readPattern(varied, place));
  const baseline = [['compare', 'baseline']]
    .filter((place) => isTree(valueAt(file.tree, place)))
    .map((place) => readPattern(varied, place));
  const parts = {
    base: base.sources,
    axes,
    cases: cases.flatMap(({ found }) => found ?? []),
    exclude: exclude.map(({ found }) => found),
    baseline: baseline[0]?.found,
  };
  const findings = [base, axes, ...cases, ...exclude, ...baseline].flatMap((part) => part.findings);
  return { parts, findings };
}

async function readBase(file: Source) {
  const tree = valueAt(file.tree, ['base']);
  // That it is missing or no object is told by the schema of the file.
  if (!isTree(tree)) return { sources: [], findings: [] };
  const positionOf: Source['positionOf'] = (path, part) => file.positionOf(['base', ...path], part);
  const base = { ...file, tree, within: 'base', schema: baseNode(), positionOf };
  const { sources, findings } = await withBases(base, file.label);
  return {
    sources,
    findings: [...baseFindings(base), ...findings, ...sources.flatMap((source) => sourceFindings(source))],
  };
}

function readCase(file: Source, place: Place) {
  const tree = valueAt(file.tree, place);
  const { name: given, ...others } = isTree(tree) ? tree : {};
  const { entries, findings } = variedEntries(file, place, others);
  const { source, findings: misfits } = layerOf(file, entries, place.join('.'));
  const named = readName(file, place, given);
  const found =
    named.name === undefined
      ? undefined
      : { name: named.name, place, settings: entries.map(settingOf), source };
  return { found, findings: [...named.findings, ...findings, ...misfits, ...sourceFindings(source)] };
}

function readName(file: Source, place: Place, given: unknown) {
  const result = nameSchema.safeParse(given);
  if (result.success && result.data.toLowerCase() !== FROZEN_NAME) return { name: result.data, findings: [] };
  const allowed =
    result.error?.issues[0]?.message ?? `any other name than ${FROZEN_NAME}, which is a file beside it`;
  const message =
    given === undefined
      ? `missing; it names the folder of the case: give ${nameSchema.safeParse('').error?.issues[0]?.message ?? ''}`
      : `found ${JSON.stringify(given)}; allowed: ${allowed}`;
  const position = file.positionOf(given === undefined ? place : [...place, 'name'], 'value');
  const key = keyOf({ ...file, within: place.join('.') }, ['name']);
  return { name: undefined, findings: [() => ({ source: file.label, position, key, message })] };
}

function settingOf({ path, value }: Entry): Setting {
  return { path, value };
}

function readPattern(file: Source, place: Place) {
  const { entries, findings } = variedEntries(file, place);
  const { source, findings: misfits } = layerOf(file, entries, place.join('.'));
  return { found: { place, source }, findings: [...findings, ...misfits, ...sourceFindings(source)] };
}

/** The places of the objects in a list; what is no object is told by the schema of the file. */
function placesIn(file: Source, part: string): Place[] {
  const list: unknown = valueAt(file.tree, [part]);
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) => (isTree(item) ? [[part, index]] : []));
}
