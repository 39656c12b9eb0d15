/** How long before the time limit SLURM is to warn. It looks every half a minute, and a step and a checkpoint must fit in. */
export const WARNING_SECONDS = 120;

/** The shortest time limit: of a shorter one most would be behind the warning, and a run would get nowhere. */
export const LEAST_SECONDS = 300;

/** The seconds of a time as SLURM writes it: minutes, m:s, h:m:s, d-h, d-h:m or d-h:m:s; undefined for what is none. */
export function secondsOf(time: string): number | undefined {
  const [, days, text = ''] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(time) ?? [];
  if (text === '') return undefined;
  const parts = text.split(':').map(Number);
  // With days the first number is of hours; else one or two numbers are minutes and seconds.
  const [hours = 0, minutes = 0, seconds = 0] =
    days !== undefined || parts.length === 3 ? parts : [0, ...parts];
  return ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
}
