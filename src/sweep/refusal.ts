import { UserError } from '../errors.js';
import { count } from '../support/text.js';
import type { MemberState } from './state.js';

/** So many members, and problems of each, are told; who has more mends these first. */
const MOST_MEMBERS = 10;
const MOST_PROBLEMS = 5;

/**
 * Refuses a sweep of which a member cannot go on in its folder, before anything starts: a mistake in its file would
 * else show up hours later, when a worker comes to that member.
 * @throws UserError `config` naming the folders that hold another experiment and what differs; `io` where all that
 * stands in the way is damaged files
 */
export function requireRunnable(states: readonly MemberState[]): void {
  const others = states.filter(({ standing }) => standing === 'other-experiment');
  const damaged = states.filter(({ standing }) => standing === 'damaged');
  const refused = [...others, ...damaged];
  if (refused.length === 0) return;
  const lines = [
    `nothing was started: ${count(refused.length, 'member')} of the sweep cannot go on in ${refused.length === 1 ? 'its folder' : 'their folders'}:`,
    ...atMost(MOST_MEMBERS, refused.map(describe), '  '),
    ...(others.length === 0 ? [] : [OTHERS_FIX]),
    ...(damaged.length === 0 ? [] : [DAMAGED_FIX]),
  ];
  throw new UserError(others.length > 0 ? 'config' : 'io', lines.join('\n'));
}

const OTHERS_FIX =
  'Undo these changes; or train what is new under another name (name in the sweep file) or in another folder (--out).';
const DAMAGED_FIX =
  'Put the damaged files back as they were; or move the folder away, and its member starts anew.';

function describe({ member, standing, problems }: MemberState): string {
  const what = standing === 'damaged' ? 'is damaged:' : 'holds another experiment:';
  return [
    `  ${member.directory}: ${what}`,
    ...atMost(
      MOST_PROBLEMS,
      problems.map((each) => `    ${each}`),
      '    ',
    ),
  ].join('\n');
}

function atMost(most: number, lines: readonly string[], indent: string): string[] {
  const more = lines.length - most;
  return more <= 0 ? [...lines] : [...lines.slice(0, most), `${indent}… and ${more} more`];
}
