import { readFile } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { readProcessStat } from './process-stat.js';

const ENDED = 'ended';

/** When a process began, as boot id and clock ticks; undefined where the system does not tell, {@link ENDED} for a zombie. */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
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
