/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that sets configuration keys: a file or an option of the command line. */
export interface Source {
  /** How messages name it: the path as the user knows it, or the option with its value. */
  readonly label: string;
  readonly isFile: boolean;
  readonly tree: unknown;
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

/** A source without lines: an option of the command line, or something merged. */
export function plainSource(label: string, tree: unknown): Source {
  return { label, isFile: false, tree, positionOf: () => undefined };
}

/** A problem on one line: `configs/a.json:4:3: optimizer.beta1: found 2; allowed: …`. */
export function formatProblem({ source, position, key, message }: Problem): string {
  const place = position === undefined ? source : `${source}:${position.line}:${position.column}`;
  // A key may hold anything that a file can: written as in JSON, it stays on the line and leaves the terminal alone.
  const escapedKey = JSON.stringify(key).slice(1, -1);
  return [place, escapedKey, message].filter((part) => part !== '').join(': ');
}
