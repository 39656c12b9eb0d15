import { readFile } from 'node:fs/promises';

/** What the system tells of a process that it still has a number for. */
export interface ProcessStat {
  /** It is a zombie: it keeps its number until its parent asks for it, but works no more. */
  readonly ended: boolean;
  /** When it began, in clock ticks since the machine started. */
  readonly startTicks: string | undefined;
}

/** As proc_pid_stat(5) says; undefined where the system does not tell (no /proc, or the process is gone or hidden). */
export async function readProcessStat(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The second field, the name in parentheses, may itself hold spaces and parentheses.
  const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { ended: state === 'Z' || state === 'X', startTicks: fields[18] };
}
