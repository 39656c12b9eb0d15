import { UserError } from '../errors.js';
import { hintFor } from '../support/nearest.js';
import { count, printable } from '../support/text.js';
import { memberKey, type Member, type Sweep } from './sweep.js';

/**
 * The member of a sweep with this key, `gan-lr3e-4/seed-42`, or with this number, from 0 on.
 * @throws UserError `usage`
 */
export function memberOf({ file, members }: Sweep, key: string): Member {
  const isNumber = /^\d+$/.test(key);
  const found = isNumber ? members[Number(key)] : members.find((member) => memberKey(member) === key);
  if (found !== undefined) return found;
  const keys = members.map(memberKey);
  const [first = 'none'] = keys;
  throw new UserError(
    'usage',
    `${file}: has no run ${isNumber ? 'number ' : ''}${printable(JSON.stringify(key))}; it has ${count(keys.length, 'run')}: ` +
      `a number from 0 to ${keys.length - 1}, or a key such as ${first}${hintFor(key, keys)}`,
  );
}
