import { messageOf, UserError } from '../errors.js';
import { isTree } from './merge.js';
import { findingsOf } from './problems.js';
import { RunConfigSchema, type RunConfig } from './schema.js';
import { formatProblem, plainSource } from './source.js';

/** Keys in which two configurations may differ and yet describe the same run of one seed. */
const INDIFFERENT: ReadonlySet<string> = new Set(['seeds', 'output']);

/**
 * Reads the resolved configuration that a run stored.
 * @param json the text of the file
 * @param file the file's path, for messages
 * @throws UserError `checkpoint` when it is not JSON or not a configuration
 */
export function parseResolvedConfig(json: string, file: string): RunConfig {
  let tree: unknown;
  try {
    tree = JSON.parse(json);
  } catch (error) {
    throw damaged(file, [`  ${file}: ${messageOf(error)}`], error);
  }
  const result = RunConfigSchema.safeParse(tree);
  if (result.success) return result.data;
  const findings = findingsOf(result.error.issues, plainSource(file, tree), 'refused');
  throw damaged(
    file,
    findings.map((finding) => `  ${formatProblem(finding())}`),
    result.error,
  );
}

/**
 * The keys in which two resolved configurations differ, each with both values: `epochs: was 200, now 100`.
 * `seeds` and `output` are left out: they do not change what one seed computes.
 * @param before the stored configuration, or whatever was found in its place
 */
export function diffConfigs(before: unknown, now: RunConfig): string[] {
  // A key that is newer than the run had no other value than its default.
  const whole = RunConfigSchema.safeParse(before);
  const [old, current] = [leaves(whole.success ? whole.data : before), leaves(now)];
  const keys = [...new Set([...old.keys(), ...current.keys()])];
  return keys
    .filter((key) => !INDIFFERENT.has(key) && old.get(key) !== current.get(key))
    .map((key) => `${key}: was ${old.get(key) ?? 'not set'}, now ${current.get(key) ?? 'not set'}`);
}

/** Every value below a tree that is not itself an object, as JSON, under its dotted path; lists count as one value. */
function leaves(tree: unknown, prefix = ''): Map<string, string> {
  if (!isTree(tree)) return new Map();
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (isTree(value)) leaves(value, `${prefix}${key}.`).forEach((leaf, path) => found.set(path, leaf));
    else if (value !== undefined) found.set(`${prefix}${key}`, JSON.stringify(value));
  }
  return found;
}

function damaged(file: string, lines: readonly string[], cause: unknown): UserError {
  const head = `${file} is not the configuration of a run that can be continued; start it anew in another folder:`;
  return new UserError('checkpoint', [head, ...lines].join('\n'), { cause });
}
