import type { z } from 'zod';
import { printable } from '../support/text.js';
import { allowedAt } from './allowed.js';
import { acceptsNull, nodesAt, propertiesOf } from './json-schema.js';
import { meantKey, meantValue } from './meant.js';
import { isTree, valueAt } from './merge.js';
import { FILE_KEYS } from './schema.js';
import { keyOf, type Finding, type Problem, type Source } from './source.js';

/** Characters of a wrong value that are shown. */
const LONGEST_VALUE = 60;

/** The problems behind zod's issues. `missing` says what to make of a required key that a source does not give. */
export function findingsOf(
  issues: readonly z.core.$ZodIssue[],
  source: Source,
  missing: 'tolerated' | 'refused',
  parent: readonly PropertyKey[] = [],
): readonly Finding[] {
  return issues.flatMap((issue): readonly Finding[] => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => () => unknownKey([...path, key], source));
    }
    const value = valueAt(source.tree, path);
    if (value === undefined) return missing === 'refused' ? [() => missingKey(path, source)] : [];
    if (issue.code === 'invalid_union') {
      const branch = meantBranch(issue.errors, value);
      if (branch !== undefined) return findingsOf(branch, source, missing, path);
    }
    const bound = safeBound(issue);
    if (bound !== undefined && nodesAt(path, source.schema).some((node) => node[bound] !== undefined))
      return [];
    return [() => wrongValue(path, value, allowedBy(issue, path, source), source)];
  });
}

/** zod bounds every integer by what a double holds exactly: told only where the key has no bound of its own. */
function safeBound(issue: z.core.$ZodIssue): 'minimum' | 'maximum' | undefined {
  if (issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER) return 'maximum';
  return issue.code === 'too_small' && issue.minimum === Number.MIN_SAFE_INTEGER ? 'minimum' : undefined;
}

function allowedBy(issue: z.core.$ZodIssue, path: readonly PropertyKey[], { schema }: Source): string {
  // Only hand-written rules bring their own words; what zod checks by itself is described by the schema.
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  return (
    allowedAt(path, schema) +
    (safeBound(issue) === 'maximum' ? ` and at most ${Number.MAX_SAFE_INTEGER}` : '')
  );
}

/** Of the alternatives of a key, the one that a wrong value was meant to be, if that is plain. */
function meantBranch(branches: readonly (readonly z.core.$ZodIssue[])[], value: unknown) {
  if (!isTree(value)) return undefined;
  const objects = branches.filter(
    (issues) =>
      !issues.some(({ code, path }) => (isTypeIssue(code) && path.length === 0) || code === 'invalid_key'),
  );
  if (objects.length === 1) return objects[0];
  // Among objects that differ by their keys, it is the one that has all the keys of the value.
  const fitting = objects.filter((issues) => issues.every(({ path }) => path.length > 0));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isTypeIssue(code: z.core.$ZodIssue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value';
}

function wrongValue(path: readonly PropertyKey[], value: unknown, allowed: string, source: Source): Problem {
  return {
    source: source.label,
    position: source.positionOf(path, 'value'),
    key: keyOf(source, path),
    message: `found ${show(value)}; allowed: ${allowed}${didYouMean(meantValue(path, value, source.schema))}`,
  };
}

function missingKey(path: readonly PropertyKey[], source: Source): Problem {
  const key = keyOf(source, path);
  const base = key === 'model' ? ', or say "abstract": true in a file that others extend' : '';
  // Null would only take it away.
  const allowed = allowedAt(path, source.schema).replace(/(,| or) null$/, '');
  const message = `missing; give ${allowed}${base}`;
  return { source: source.label, position: undefined, key, message };
}

function unknownKey(path: readonly PropertyKey[], source: Source): Problem {
  const parent = path.slice(0, -1);
  const known = nodesAt(parent, source.schema).flatMap((node) => [...propertiesOf(node).keys()]);
  const allowed = known.filter((key) => key !== '$schema' && (source.isFile || !FILE_KEYS.has(key)));
  const hint =
    path.at(-1) === '<<'
      ? '; YAML\'s merge keys are not read: use "extends"'
      : didYouMean(meantKey(path, allowed, source.schema));
  return {
    source: source.label,
    position: source.positionOf(path, 'key'),
    key: keyOf(source, path),
    message: `unknown key; allowed here: ${allowed.join(', ')}${hint}`,
  };
}

function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
}

function show(value: unknown): string {
  // JSON has no words for these two, which YAML has.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return printable(JSON.stringify(value), LONGEST_VALUE);
}

/** A tree without the nulls that take inherited values away; all other nulls stay, to be refused. */
export function withoutRemovals(tree: unknown, path: readonly string[] = []): unknown {
  if (!isTree(tree)) return tree;
  const kept = Object.entries(tree).filter(([key, value]) => value !== null || !acceptsNull([...path, key]));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutRemovals(value, [...path, key])]));
}
