import {
  entriesOf,
  keyOf,
  layerOf,
  nameSchema,
  valueAt,
  type Finding,
  type Source,
} from '../config/index.js';
import type { Setting } from './sweep.js';

type Place = readonly PropertyKey[];

/** A configuration beside the grid. */
export interface Case {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly source: Source;
}

/** Settings that members may have. */
export interface Pattern {
  readonly place: Place;
  readonly source: Source;
}

/** The part `cases` of a sweep file. */
export function readCases(file: Source): {
  readonly cases: readonly Case[];
  readonly findings: readonly Finding[];
} {
  const read = listAt(file, 'cases').map((_, index) => readCase(file, ['cases', index]));
  return { cases: read.flatMap(({ cases }) => cases), findings: read.flatMap(({ findings }) => findings) };
}

function readCase(file: Source, place: Place) {
  const entries = entriesOf(valueAt(file.tree, place), place);
  const given = entries.find(({ path }) => path.join('.') === 'name');
  const settings = entries.filter((entry) => entry !== given);
  const { source, findings } = layerOf(file, settings, place.join('.'));
  const name = nameSchema.safeParse(given?.value);
  if (name.success)
    return { cases: [{ name: name.data, settings: settings.map(settingOf), source }], findings };
  const reason = name.error.issues[0]?.message ?? '';
  const key = keyOf({ ...file, within: place.join('.') }, ['name']);
  const message =
    given === undefined
      ? `missing; give ${reason}`
      : `found ${JSON.stringify(given.value)}; allowed: ${reason}`;
  const position = file.positionOf(given?.place ?? place, 'value');
  return { cases: [], findings: [...findings, () => ({ source: file.label, position, key, message })] };
}

function settingOf({ path, value }: Setting): Setting {
  return { path, value };
}

/** The part `exclude` of a sweep file. */
export function readExclude(file: Source): {
  readonly patterns: readonly Pattern[];
  readonly findings: readonly Finding[];
} {
  const read = listAt(file, 'exclude').map((_, index) => readPattern(file, ['exclude', index]));
  return { patterns: read.map(({ pattern }) => pattern), findings: read.flatMap(({ findings }) => findings) };
}

export function readPattern(
  file: Source,
  place: Place,
): { readonly pattern: Pattern; readonly findings: readonly Finding[] } {
  const { source, findings } = layerOf(file, entriesOf(valueAt(file.tree, place), place), place.join('.'));
  return { pattern: { place, source }, findings };
}

function listAt(file: Source, part: string): readonly unknown[] {
  const list: unknown = valueAt(file.tree, [part]);
  return Array.isArray(list) ? list : [];
}
