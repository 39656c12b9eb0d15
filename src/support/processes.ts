import { readFile, readlink } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { readProcessStat } from './process-stat.js';

const ENDED = 'ended';

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/**
 * Where process numbers mean the same processes as here: the start of the machine and the namespace, since containers
 * count their own; undefined where the system does not tell. Machines, and containers, may share a host name.
 */
export async function processPlace(): Promise<string | undefined> {
  try {
    return `${await bootId()}:${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** When a process began, as boot id and clock ticks; undefined where the system does not tell, {@link ENDED} for a zombie. */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const boot = await bootId();
    const stat = await readProcessStat(pid);
    if (stat?.ended === true) return ENDED;
    return stat?.startTicks === undefined ? undefined : `${boot}:${stat.startTicks}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether a process of this machine works still.
 * @param knownStart which process of that number it is, as {@link processStart} told; null when that is not known
 */
export async function isRunning(pid: number, knownStart: string | null): Promise<boolean> {
  const start = await processStart(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to another user. Else there is none, or none can have such a number.
    if (systemCode(error) !== 'EPERM') return false;
  }
  if (start === ENDED) return false;
  return start === undefined || knownStart === null || start === knownStart;
}
