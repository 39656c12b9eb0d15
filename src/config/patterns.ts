import { UserError } from '../errors.js';
import { entriesOf, layerOf } from './dotted.js';
import { sourceFindings } from './layers.js';
import { problemList, problemsOf } from './load.js';
import { isTree, valueAt, type Tree } from './merge.js';
import { readAssignments } from './overrides.js';
import { plainSource, type Source } from './source.js';

/** What is asked of a configuration, as {@link isLike} reads it. */
export interface Pattern {
  readonly label: string;
  /** The keys that it says something of, dotted, in one text. */
  readonly keys: string;
  readonly tree: Tree;
}

/**
 * The patterns that values of an option stand for, each `key.path=value`.
 * @param beside - Keys that a pattern may name though a configuration has none such.
 * @throws UserError `usage` which lists what is wrong, one line each
 */
export function readPatterns(
  option: string,
  texts: readonly string[],
  beside: readonly string[] = [],
): Pattern[] {
  const { sources, findings } = readAssignments(option, texts);
  const isBeside = ({ tree }: Source): boolean => beside.some((key) => valueAt(tree, [key]) !== undefined);
  const wrong = [...findings, ...sources.filter((source) => !isBeside(source)).flatMap(sourceFindings)];
  if (wrong.length > 0) throw new UserError('usage', problemList(option, problemsOf(wrong)));
  return sources.map(({ label, tree }) => patternOf(label, tree));
}

/** A pattern of keys that are written dotted or nested, `optimizer: gan` among them. */
export function patternOf(label: string, tree: unknown): Pattern {
  const entries = entriesOf(tree, []);
  const { source } = layerOf(plainSource(label, tree), entries, '');
  return {
    label,
    keys: entries.map(({ path }) => path.join('.')).join(' '),
    tree: isTree(source.tree) ? source.tree : {},
  };
}

/** What all of some patterns ask, as one; where two say something of the same key, it is what the later says. */
export function joinPatterns(patterns: readonly Pick<Pattern, 'tree'>[]): Tree {
  return patterns.reduce<Tree>((joined, { tree }) => laidOver(joined, tree), {});
}

function laidOver(tree: Tree, upper: Tree): Tree {
  const added = Object.entries(upper).map(([key, value]) => {
    const below = valueAt(tree, [key]);
    return [key, isTree(below) && isTree(value) ? laidOver(below, value) : value] as const;
  });
  return Object.fromEntries([...Object.entries(tree), ...added]);
}
