import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Pages that the system has had to provide to this process so far, because they were new or on a disk. */
export function pageFaults(): number {
  const { minorPageFault, majorPageFault } = process.resourceUsage();
  return minorPageFault + majorPageFault;
}

/** Anonymous memory of this process that lies in huge pages now; undefined where the system does not tell. */
export function hugePageBytes(): number | undefined {
  try {
    const text = readFileSync('/proc/self/smaps_rollup', 'utf8');
    const kilobytes = /^AnonHugePages:\s*(\d+) kB$/m.exec(text)?.[1];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}
