import { cross } from 'd3-array';
import {
  keyOf,
  layerOf,
  nodesAt,
  outerFirst,
  sourceFindings,
  type Entry,
  type Finding,
  type Source,
} from '../config/index.js';
import { count } from '../support/text.js';
import type { Setting } from './sweep.js';
import { variedEntries } from './varied.js';

/** One value of an axis, and the source that lays it over the base. */
export interface Choice {
  readonly setting: Setting;
  readonly source: Source;
}

/** A key that varies, with its values. */
interface Axis {
  readonly entry: Entry;
  readonly choices: readonly Choice[];
}

/** What grid and zip vary. */
export interface Axes {
  readonly grid: readonly Axis[];
  readonly zip: readonly Axis[];
  readonly findings: readonly Finding[];
}

/** Reads the parts `grid` and `zip` of a sweep file; what is wrong with the values themselves is not looked at. */
export function readAxes(file: Source): Axes {
  const [grid, zip] = [readPart(file, 'grid'), readPart(file, 'zip')];
  const all = [...grid.axes, ...zip.axes];
  const findings = [
    ...grid.findings,
    ...zip.findings,
    ...twice(file, all),
    ...unequalLengths(file, zip.axes),
  ];
  return { grid: grid.axes, zip: zip.axes, findings };
}

type Part = 'grid' | 'zip';

interface PartOfFile {
  readonly axes: readonly Axis[];
  readonly findings: readonly Finding[];
}

function readPart(file: Source, part: Part): PartOfFile {
  const { entries, findings } = variedEntries(file, [part]);
  // In the order of the file, which is that of the members.
  const read = entries
    .toSorted((a, b) => orderInFile(file, a, b))
    .map((entry) => readAxis(file, part, entry));
  return {
    axes: read.flatMap(({ axes }) => axes),
    findings: [...findings, ...read.flatMap((axis) => axis.findings)],
  };
}

function orderInFile(file: Source, a: Entry, b: Entry): number {
  const [first, second] = [file.positionOf(a.place, 'key'), file.positionOf(b.place, 'key')];
  if (first === undefined || second === undefined) return 0;
  return first.line - second.line || first.column - second.column;
}

function readAxis(file: Source, part: Part, entry: Entry): PartOfFile {
  const { value: values } = entry;
  if (!Array.isArray(values) || values.length === 0) {
    const found = Array.isArray(values) ? 'an empty list' : JSON.stringify(values);
    const message = `found ${found}; allowed: a non-empty list of the key's values, such as [1e-3, 3e-4]`;
    return { axes: [], findings: [at(file, part, entry, message)] };
  }
  const layers = values.map((value: unknown, index) => {
    const { source, findings } = layerOf(file, [{ ...entry, place: [...entry.place, index], value }], part);
    return {
      choice: { setting: { path: entry.path, value }, source },
      findings: [...findings, ...sourceFindings(source)],
    };
  });
  // A key that does not exist is told once, not for each of its values.
  const told = nodesAt(entry.path, file.schema).length === 0 ? layers.slice(0, 1) : layers;
  return {
    axes: [{ entry, choices: layers.map(({ choice }) => choice) }],
    findings: told.flatMap(({ findings }) => findings),
  };
}

function at(file: Source, part: string, entry: Entry, message: string): Finding {
  return () => ({
    source: file.label,
    position: file.positionOf(entry.place, 'value'),
    key: keyOf({ ...file, within: part }, entry.path),
    message,
  });
}

function twice(file: Source, axes: readonly Axis[]): readonly Finding[] {
  const seen = new Set<string>();
  return axes.flatMap(({ entry }) => {
    const key = entry.path.join('.');
    if (seen.has(key)) {
      const part = String(entry.place[0]);
      return [at(file, part, entry, 'the key varies in two places; give all of its values in one')];
    }
    seen.add(key);
    return [];
  });
}

function unequalLengths(file: Source, [first, ...others]: readonly Axis[]): readonly Finding[] {
  if (first === undefined) return [];
  const length = first.choices.length;
  return others
    .filter(({ choices }) => choices.length !== length)
    .map(({ entry, choices }) => {
      const message =
        `found ${count(choices.length, 'value')}; allowed: as many as ${first.entry.path.join('.')} has, which are ` +
        `${length}, for those at the same place go together`;
      return at(file, 'zip', entry, message);
    });
}

/** How many combinations there are. */
export function combinationCount({ grid, zip }: Axes): number {
  return grid.reduce((product, { choices }) => product * choices.length, zip[0]?.choices.length ?? 1);
}

/** Every combination of the grid with every row of the zip, each with its outer keys first; one without choices where nothing varies. */
export function combinations({ grid, zip }: Axes): readonly (readonly Choice[])[] {
  const crossed = grid.length === 0 ? [[]] : cross(...grid.map(({ choices }) => choices));
  const rows = (zip[0]?.choices ?? [undefined]).map((_, index) =>
    zip.flatMap(({ choices }) => choices[index] ?? []),
  );
  return crossed.flatMap((combination) =>
    rows.map((row) => [...combination, ...row].toSorted((a, b) => outerFirst(a.setting, b.setting))),
  );
}
