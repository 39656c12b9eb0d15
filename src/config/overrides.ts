import { count } from '../support/text.js';
import { nest } from './merge.js';
import type { Sources } from './layers.js';
import { DEEPEST, LARGEST_TEXT, parseText } from './parse.js';
import { plainSource, type Finding, type Source } from './source.js';

/** What the command line lays over a configuration file. */
export interface Overrides {
  /** Each `key.path=value`, the value in YAML (or JSON) notation; null takes an optional key away. */
  readonly set?: readonly string[] | undefined;
  /** Replaces `seeds`. */
  readonly seeds?: readonly number[] | undefined;
  /** Replaces `backend`. */
  readonly backend?: string | undefined;
  /** Replaces `output`. */
  readonly output?: string | undefined;
}

/** The sources that overrides stand for, in the order in which they are laid over the file; what cannot be read is found wrong. */
export function readOverrides({ set = [], seeds = [], backend, output }: Overrides): Sources {
  const assigned = readAssignments('--set', set);
  const sources = [
    ...assigned.sources,
    ...(seeds.length === 0 ? [] : [plainSource('--seed', { seeds: [...seeds] })]),
    ...(backend === undefined ? [] : [plainSource('--backend', { backend })]),
    ...(output === undefined ? [] : [plainSource('--out', { output })]),
  ];
  return { sources, findings: assigned.findings };
}

/** The sources that values of an option stand for, each `key.path=value` with the value in YAML (or JSON) notation. */
export function readAssignments(option: string, assignments: readonly string[]): Sources {
  const read = assignments.map((assignment) => readAssignment(option, assignment));
  return {
    sources: read.flatMap(({ source }) => source ?? []),
    findings: read.flatMap(({ finding }) => finding ?? []),
  };
}

function readAssignment(option: string, assignment: string): { source?: Source; finding?: Finding } {
  const label = `${option} ${assignment}`;
  const refuse = (message: string) => ({
    finding: () => ({ source: label, position: undefined, key: '', message }),
  });
  if (assignment.length > LARGEST_TEXT) {
    return refuse(`it has ${count(assignment.length, 'character')}, at most ${LARGEST_TEXT} are read`);
  }
  const equals = assignment.indexOf('=');
  const [key, text] = [assignment.slice(0, equals).trim(), assignment.slice(equals + 1).trim()];
  const path = key.split('.');
  if (equals < 0 || text === '' || path.includes('')) {
    return refuse(`allowed: key=value, such as ${option} optimizer.learningRate=5e-4`);
  }
  if (path.length > DEEPEST) return refuse(`the key has ${path.length} levels, at most ${DEEPEST} are read`);
  const parsed = parseText(text, 'YAML');
  if ('tree' in parsed) return { source: plainSource(label, nest(path, parsed.tree)) };
  const reason = parsed.mistakes[0]?.message ?? '';
  return refuse(`the value cannot be read (${reason}); quote text that has special characters`);
}
