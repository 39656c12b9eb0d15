import { isLike, readPatterns } from '../config/index.js';
import { UserError } from '../errors.js';
import { hintFor } from '../support/nearest.js';
import { printable } from '../support/text.js';
import { memberNames } from './summaries.js';
import { memberKey, type Member, type Sweep } from './sweep.js';

const OPTION = '--only';

/**
 * The members that patterns `key=value` choose: of several for one key a member must fit one, and one for each key.
 * The keys are those of a configuration, `seed`, and the member's `name`.
 * @throws UserError `usage` when a pattern cannot be read, or fits no member
 */
export function membersLike(sweep: Sweep, patterns: readonly string[]): readonly Member[] {
  const byKey = new Map<string, ((member: Member) => boolean)[]>();
  for (const { label, keys, tree } of readPatterns(OPTION, patterns, ['seed'])) {
    // A configuration has `seeds`, a member one of them.
    const fits = (member: Member): boolean => isLike({ ...member.config, seed: member.seed }, tree);
    if (!sweep.members.some(fits)) throw new UserError('usage', fitsNone(sweep, label));
    byKey.set(keys, [...(byKey.get(keys) ?? []), fits]);
  }
  const alternatives = [...byKey.values()];
  const chosen = sweep.members.filter((member) =>
    alternatives.every((those) => those.some((fits) => fits(member))),
  );
  if (chosen.length > 0) return chosen;
  throw new UserError('usage', fitsNone(sweep, patterns.map((pattern) => `${OPTION} ${pattern}`).join(' ')));
}

function fitsNone(sweep: Sweep, label: string): string {
  const varied = new Map<string, Set<string>>();
  const add = (key: string, value: string): unknown =>
    varied.set(key, (varied.get(key) ?? new Set()).add(value));
  for (const { settings, seed } of sweep.members) {
    for (const { path, value } of settings) {
      add(path.join('.'), typeof value === 'string' ? value : JSON.stringify(value));
    }
    add('seed', String(seed));
  }
  for (const name of memberNames(sweep)) add('name', name);
  const lines = [...varied].map(([key, values]) => `  ${printable(`${key}: ${[...values].join(', ')}`)}`);
  return [
    `${printable(label)}: no member of ${printable(sweep.file)} is like that. What varies:`,
    ...lines,
  ].join('\n');
}

/**
 * The members of these names: one by its key (`gan/seed-42`), or all seeds of a name (`gan`).
 * @throws UserError `usage` for a name that is none
 */
export function membersNamed(sweep: Sweep, names: readonly string[]): readonly Member[] {
  const known = [...memberNames(sweep), ...sweep.members.map(memberKey)];
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UserError(
      'usage',
      `${printable(name)}: ${printable(sweep.file)} has no such member; allowed: its name for all its seeds, such as ` +
        `gan, or one seed, such as gan/seed-42${hintFor(name, known)}`,
    );
  }
  return sweep.members.filter((member) => names.includes(member.name) || names.includes(memberKey(member)));
}
