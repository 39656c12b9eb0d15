import { UserError } from '../../errors.js';
import { printable } from '../../support/text.js';
import { secondsOf, WARNING_SECONDS, type SlurmDefinition } from './options.js';

/** Options of sbatch that are said in keys of their own. */
const OWN_KEYS = new Map([
  ...['partition', 'account', 'qos', 'gres', 'time', 'mem', 'constraint'].map((key) => [key, key] as const),
  ['cpus-per-task', 'cpus'],
]);

/** Options of sbatch on which submitting, following and requeueing rest. */
const TAKEN = [
  ...['array', 'chdir', 'clusters', 'dependency', 'error', 'job-name', 'no-requeue', 'open-mode', 'output'],
  ...['parsable', 'requeue', 'signal', 'test-only', 'wait', 'wrap'],
];

/** A shorter run would be warned before it has got anywhere, again and again. */
const LEAST_SECONDS = WARNING_SECONDS + 180;

/**
 * Refuses what a sweep must not ask SLURM for.
 * @param file - The sweep file, as the user named it.
 * @throws UserError `config` naming the file, the key, what was found and what is allowed
 */
export function requireSubmittable(file: string, { time, extra }: SlurmDefinition): void {
  for (const flag of Object.keys(extra)) {
    const key = OWN_KEYS.get(flag);
    if (key !== undefined) throw refusal(file, `extra.${flag}`, `has a key of its own: slurm.${key}`);
    if (TAKEN.includes(flag))
      throw refusal(file, `extra.${flag}`, 'is not to be set: gan-bench sets it itself');
  }
  if (time === undefined) return;
  const found = `found ${printable(JSON.stringify(time))}; allowed: `;
  const seconds = secondsOf(time);
  if (seconds === undefined) {
    throw refusal(
      file,
      'time',
      `${found}minutes, or a time such as 12:00:00 or 2-12:00:00 (days-hours:minutes:seconds)`,
    );
  }
  if (seconds < LEAST_SECONDS) {
    const why = `SLURM warns ${WARNING_SECONDS} seconds ahead, so that a checkpoint can be saved`;
    throw refusal(file, 'time', `${found}at least ${LEAST_SECONDS / 60} minutes, for ${why}`);
  }
}

function refusal(file: string, key: string, what: string): UserError {
  return new UserError('config', `${file}: slurm.${key} ${what}`);
}
