import { UserError } from '../errors.js';
import { HeldError } from './held.js';
import type { FoundLock, LockOwner } from './lock-file.js';
import type { LockStanding } from './lock-watch.js';

/** `process 7 on the machine "node3"`. */
export function holderName({ host, pid }: Pick<LockOwner, 'host' | 'pid'>): string {
  return `process ${pid} on the machine "${host}"`;
}

/** Why a folder cannot be had. */
export function refusal(directory: string, { file, owner }: FoundLock, standing: LockStanding): HeldError {
  const { pid, lockedAt } = owner;
  const here = pid === process.pid ? 'this very process' : `process ${pid}`;
  const who = standing === 'here' ? here : holderName(owner);
  return new HeldError(`${directory}: is in use by ${who} since ${lockedAt}${whatToDo(standing, file)}`);
}

function whatToDo(standing: LockStanding, file: string): string {
  const elsewhere = 'or choose another folder with --out.';
  if (standing === 'here') return `. Wait for it or stop it, ${elsewhere}`;
  if (standing === 'beats') return `, and gives signs of life. Wait for it or stop it there, ${elsewhere}`;
  const unseen = ', and from here it cannot be seen whether that is still running. If it is not, ';
  if (standing === 'mute') return `${unseen}delete ${file} and try again.`;
  return `${unseen}the next \`gan-bench run --resume\` of that run finds out and takes the folder over.`;
}

/** Why the holder of a lock that is no longer there must not write. */
export function lostLock(directory: string, file: string, taker: FoundLock | undefined): UserError {
  const what =
    taker === undefined
      ? `its lock ${file} is gone: it was deleted, or another process took the folder over and has ended`
      : `${holderName(taker.owner)} took the folder over, since this process gave no sign of life for long: ` +
        'it was stopped, or cut off from the folder';
  return new UserError(
    'io',
    `${directory}: ${what}. Nothing more is written here. To go on from the last checkpoint, once nobody works there, ` +
      'run the same command with --resume.',
  );
}
