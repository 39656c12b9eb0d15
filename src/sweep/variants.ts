import {
  isLike,
  isTree,
  keyOf,
  mergeSources,
  uncheckedConfig,
  valueAt,
  type Finding,
  type Problem,
  type Source,
} from '../config/index.js';
import { combinations, type Choice } from './axes.js';
import { memberName } from './names.js';
import type { Case, Parts, Pattern } from './parts.js';
import type { Setting } from './sweep.js';

/** Values that a message names. */
const MOST_VALUES = 6;

/** A configuration of the sweep before the command line is laid over it and it is checked as a whole. */
export interface Variant {
  readonly name: string;
  readonly settings: readonly Setting[];
  /** What is laid over the base. */
  readonly layers: readonly Source[];
  /** With the base and every default. */
  readonly values: unknown;
  /** What in the file it comes from. */
  readonly origin: Pick<Problem, 'key' | 'position'>;
}

/** What grid, zip and cases make of the base, without what is excluded. */
export function variantsOf(
  file: Source,
  { base, axes, cases, exclude, baseline }: Parts,
): { readonly variants: readonly Variant[]; readonly findings: readonly Finding[] } {
  const makeVariant = variantMaker(file, base);
  const varies = axes.grid.length + axes.zip.length > 0;
  // Where only cases are given, the base itself is no member.
  const crossed = varies || cases.length === 0 ? combinations(axes).map(makeVariant.ofChoices) : [];
  const kept = crossed.filter(
    ({ values }) => !exclude.some((pattern) => isLike(values, pattern.source.tree)),
  );
  const variants = [...kept, ...cases.map(makeVariant.ofCase)];
  const findings = [
    ...exclude
      .filter((pattern) => isNone(crossed, pattern))
      .map((pattern) => unmatched(file, pattern, crossed)),
    ...(baseline !== undefined && isNone(variants, baseline) ? [unmatched(file, baseline, variants)] : []),
    ...(variants.length === 0 ? [nothingLeft(file)] : []),
  ];
  return { variants, findings };
}

function variantMaker(file: Source, base: readonly Source[]) {
  const merged = mergeSources(base);
  const baseValues = uncheckedConfig(merged);
  const valuesOf = (layers: readonly Source[]) => uncheckedConfig(mergeSources(layers, merged));
  return {
    ofChoices: (choices: readonly Choice[]): Variant => {
      const settings = choices.map(({ setting }) => setting);
      const layers = choices.map(({ source }) => source);
      const origin = originOf(choices.at(-1)) ?? { key: 'base', position: file.positionOf(['base'], 'key') };
      return { name: memberName(settings, baseValues), settings, layers, values: valuesOf(layers), origin };
    },
    ofCase: ({ name, place, settings, source }: Case): Variant => {
      const origin = { key: place.join('.'), position: file.positionOf(place, 'value') };
      return { name, settings, layers: [source], values: valuesOf([source]), origin };
    },
  };
}

function originOf(choice: Choice | undefined): Variant['origin'] | undefined {
  if (choice === undefined) return undefined;
  const { source, setting } = choice;
  return { key: keyOf(source, setting.path), position: source.positionOf(setting.path, 'value') };
}

function isNone(variants: readonly Variant[], { source }: Pattern): boolean {
  return !variants.some(({ values }) => isLike(values, source.tree));
}

/** A pattern that no member has; it says what there is of the keys that it names. */
function unmatched(file: Source, { place, source }: Pattern, variants: readonly Variant[]): Finding {
  return () => {
    const found = leafPaths(source.tree).map((path) => `${path.join('.')} is ${valuesIn(variants, path)}`);
    const where = place[0] === 'exclude' ? 'grid and zip' : 'the sweep';
    const message = `no member is like that; in ${where} ${found.join(', ')}`;
    return { source: file.label, position: file.positionOf(place, 'value'), key: place.join('.'), message };
  };
}

/** What members have for a key, in words: `"none" or "gan"`. */
function valuesIn(variants: readonly Variant[], path: readonly string[]): string {
  const values = variants.map(({ values: tree }) => {
    const value = valueAt(tree, path);
    return value === undefined ? 'not set' : JSON.stringify(value);
  });
  const distinct = [...new Set(values)];
  return [...distinct.slice(0, MOST_VALUES), ...(distinct.length > MOST_VALUES ? ['…'] : [])].join(' or ');
}

function leafPaths(tree: unknown, above: readonly string[] = []): (readonly string[])[] {
  if (!isTree(tree)) return [above];
  return Object.entries(tree).flatMap(([key, value]) => leafPaths(value, [...above, key]));
}

function nothingLeft(file: Source): Finding {
  const message = 'it leaves out all that grid and zip make, and there are no cases; take a pattern out';
  return () => ({
    source: file.label,
    position: file.positionOf(['exclude'], 'key'),
    key: 'exclude',
    message,
  });
}
