import type { z } from 'zod';
import { allowedAt } from './allowed.js';
import { acceptsNull, jsonSchema, nodesAt, propertiesOf, type SchemaNode } from './json-schema.js';
import { isTree, valueAt } from './merge.js';
import { nearest } from '../support/nearest.js';
import type { Problem, Source } from './source.js';

/** The problems behind zod's issues. `missing` says what to make of a required key that a source does not give. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  source: Source,
  missing: 'tolerated' | 'refused',
  parent: readonly PropertyKey[] = [],
): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey([...path, key], source));
    const value = valueAt(source.tree, path);
    if (value === undefined) return missing === 'refused' ? [missingKey(path, source)] : [];
    if (issue.code === 'invalid_union') {
      const branch = meantBranch(issue.errors, value);
      if (branch !== undefined) return problemsOf(branch, source, missing, path);
    }
    // Only hand-written rules bring their own words; what zod checks by itself is described by the schema.
    const isOwnRule = issue.code === 'custom' || issue.code === 'invalid_format';
    return [wrongValue(path, value, isOwnRule ? issue.message : allowedAt(path), source)];
  });
}

/** Of the alternatives of a key, the one that a wrong value was meant to be, if that is plain. */
function meantBranch(branches: readonly (readonly z.core.$ZodIssue[])[], value: unknown) {
  if (!isTree(value)) return undefined;
  const objects = branches.filter(
    (issues) => !issues.some(({ code, path }) => isTypeIssue(code) && path.length === 0),
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
  const words = isTree(value) ? Object.keys(value) : typeof value === 'string' ? [value] : [];
  const candidates = nodesAt(path).flatMap((node) => wordsOf(node, isTree(value)));
  const [suggestion] = words.flatMap((word) => nearest(word, candidates) ?? []);
  return {
    source: source.label,
    position: source.positionOf(path, 'value'),
    key: path.join('.'),
    message: `found ${show(value)}; allowed: ${allowed}${didYouMean(suggestion, words)}`,
  };
}

function missingKey(path: readonly PropertyKey[], source: Source): Problem {
  const message = `missing; give ${allowedAt(path)}`;
  return { source: source.label, position: undefined, key: path.join('.'), message };
}

function unknownKey(path: readonly PropertyKey[], source: Source): Problem {
  const parent = path.slice(0, -1);
  const word = String(path.at(-1));
  const known = nodesAt(parent).flatMap((node) => [...propertiesOf(node).keys()]);
  const allowed = known.filter((key) => key !== '$schema' && (source.isFile || key !== 'extends'));
  const suggestion = nearest(word, allowed) ?? sameKeyElsewhere(word);
  return {
    source: source.label,
    position: source.positionOf(path, 'key'),
    key: path.join('.'),
    message: `unknown key; allowed here: ${allowed.join(', ')}${didYouMean(suggestion, [])}`,
  };
}

/** The full path of a key that was given at the wrong level. */
function sameKeyElsewhere(word: string): string | undefined {
  const paths = keyPaths(jsonSchema());
  const lastKeys = paths.map((path) => path.at(-1) ?? '');
  const match = nearest(word, lastKeys);
  return match === undefined ? undefined : paths[lastKeys.indexOf(match)]?.join('.');
}

/** The path of every key below a node, parents before their children. */
export function keyPaths(node: SchemaNode): string[][] {
  const children = (node.anyOf ?? [node]).flatMap((alternative) => [...propertiesOf(alternative)]);
  return children.flatMap(([key, child]) => [[key], ...keyPaths(child).map((path) => [key, ...path])]);
}

function wordsOf(node: SchemaNode, keys: boolean): string[] {
  if (keys) return [...propertiesOf(node).keys()];
  return [...(node.enum ?? []), ...(node.const === undefined ? [] : [node.const])].map(String);
}

function didYouMean(suggestion: string | undefined, found: readonly string[]): string {
  return suggestion === undefined || found.includes(suggestion) ? '' : `; did you mean "${suggestion}"?`;
}

function show(value: unknown): string {
  // JSON has no words for these two, which YAML has.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

/** A tree without the nulls that take inherited values away; all other nulls stay, to be refused. */
export function withoutRemovals(tree: unknown, path: readonly string[] = []): unknown {
  if (!isTree(tree)) return tree;
  const kept = Object.entries(tree).filter(([key, value]) => value !== null || !acceptsNull([...path, key]));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutRemovals(value, [...path, key])]));
}
