import { readFile } from 'node:fs/promises';

/** Memory that a process holds, and the most that it has held. */
export interface ProcessMemory {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

/** Of a running process; Linux only. */
export async function memoryOf(pid: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (key: string) => 1024 * Number(new RegExp(`^${key}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { rssBytes: bytes('VmRSS'), peakRssBytes: bytes('VmHWM') };
}
