import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';
import { runs } from './programs.js';

/** The processors that a process may use. */
export interface Processors {
  /** As the system numbers them, ascending; undefined where a child cannot be bound to some of them. */
  readonly numbers: readonly number[] | undefined;
  /** How many of them can be busy at a time: a quota may allow fewer than there are. */
  readonly count: number;
}

/** A list of processors as Linux writes it, `0-3,8`; undefined for anything else. */
export function parseProcessorList(text: string): number[] | undefined {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)) return undefined;
  return text.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Which processors a process is bound to, by its `/proc/<pid>/status` (proc_pid_status(5)). */
export function allowedProcessors(status: string): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return list === undefined ? undefined : parseProcessorList(list);
}

/** How many processors' time a group may use, by its `cpu.max` (Linux, cgroup-v2); undefined without a limit. */
export function processorQuota(cpuMax: string): number | undefined {
  const [quota, period] = cpuMax.trim().split(' ').map(Number);
  return quota === undefined || period === undefined || !(quota / period > 0) ? undefined : quota / period;
}

/** The folders of a process's group and those above, by its `/proc/<pid>/cgroup`: each may have a quota. */
export function groupFolders(cgroup: string): string[] {
  const own = /^0::(\/.*)$/m.exec(cgroup)?.[1];
  if (own === undefined) return [];
  const names = posix.normalize(own).split('/').filter(Boolean);
  return ['', ...names].map((_, depth) => posix.join('/sys/fs/cgroup', ...names.slice(0, depth)));
}

/** The processors that this process may use. */
export async function readProcessors(): Promise<Processors> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const numbers = allowedProcessors(status);
  const quota = await readQuota();
  const most = numbers?.length ?? availableParallelism();
  const count = Math.max(1, Math.min(most, Math.floor(quota)));
  // Everybody whose quota is less than the machine would take the same first processors.
  const canBind = count === most && (await runs('taskset', '--version'));
  return { numbers: canBind ? numbers : undefined, count };
}

/** The smallest of all quotas; Infinity without any. */
async function readQuota(): Promise<number> {
  const folders = groupFolders(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''));
  const texts = await Promise.all(
    folders.map((folder) => readFile(posix.join(folder, 'cpu.max'), 'utf8').catch(() => '')),
  );
  return Math.min(...texts.map((text) => processorQuota(text) ?? Infinity));
}
