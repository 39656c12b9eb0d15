import { printable } from '../support/text.js';
import { configNode, type SchemaNode } from './json-schema.js';

/** Characters of a message; one that lists every key of a configuration has some 300. */
const LONGEST_MESSAGE = 1000;

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What keeps a text from being read, and the character at which it does, counted from 0. */
export interface Mistake {
  readonly offset: number;
  readonly message: string;
}

/** Something that sets configuration keys: a file or an option of the command line. */
export interface Source {
  /** How messages name it: the path as the user knows it, or the option with its value. */
  readonly label: string;
  readonly isFile: boolean;
  /** What relative paths in it start from. */
  readonly folder: string;
  readonly tree: unknown;
  /** What its keys mean. */
  readonly schema: SchemaNode;
  /** The dotted path of what the tree is taken from, where that is a part of the file: `grid`, `cases.0`; else empty. */
  readonly within: string;
  /** Where a key, or the value of a key, stands; undefined when it does not or when there are no lines. */
  readonly positionOf: (path: readonly PropertyKey[], part: 'key' | 'value') => Position | undefined;
}

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** The label of the source it is in. */
  readonly source: string;
  readonly position: Position | undefined;
  /** Dotted path of the key; empty when the whole source is meant. */
  readonly key: string;
  /** What was found, what is allowed, and the likely fix. */
  readonly message: string;
}

/** A problem that is put into words only when it is shown: there may be thousands, each with a search for what was meant. */
export type Finding = () => Problem;

/** A source without lines: an option of the command line, or something merged. */
export function plainSource(label: string, tree: unknown): Source {
  return {
    ...{ label, isFile: false, folder: '.', tree, schema: configNode(), within: '' },
    positionOf: () => undefined,
  };
}

/** How messages name a key of a source: dotted, from the root of its file. */
export function keyOf({ within }: Source, path: readonly PropertyKey[]): string {
  return [...(within === '' ? [] : [within]), ...path].join('.');
}

/**
 * A problem on one line: `configs/a.json:4:3: optimizer.beta1: found 2; allowed: …`. Names, keys and values may hold
 * anything that a file or an argument can: written as in JSON, they stay on the line and leave the terminal alone.
 */
export function formatProblem({ source, position, key, message }: Problem): string {
  const label = printable(source);
  const place = position === undefined ? label : `${label}:${position.line}:${position.column}`;
  return [place, printable(key), printable(message, LONGEST_MESSAGE)]
    .filter((part) => part !== '')
    .join(': ');
}
