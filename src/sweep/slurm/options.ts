import { UserError } from '../../errors.js';
import { printable } from '../../support/text.js';
import type { SlurmDefinition } from './definition.js';

/** An option of sbatch: `--requeue`, or `--time=2:00:00`. */
export interface SbatchOption {
  readonly flag: string;
  /** Undefined for a flag that has none. */
  readonly value: string | undefined;
}

export function option(flag: string, value?: string): SbatchOption {
  return { flag, value };
}

/** What every job of a sweep asks for: where it may run and who pays, and `extra`. */
export function placeOptions({
  partition,
  account,
  qos,
  constraint,
  extra,
}: SlurmDefinition): SbatchOption[] {
  return [...given({ partition, account, qos, constraint }), ...given(extra)];
}

/** What a member needs. */
export function memberOptions({ gres, time, mem, cpus }: SlurmDefinition): SbatchOption[] {
  return given({ gres, time, mem, 'cpus-per-task': cpus });
}

function given(values: Readonly<Record<string, string | number | boolean | undefined>>): SbatchOption[] {
  return Object.entries(values).flatMap(([flag, value]) => {
    if (value === undefined) return [];
    return [value === true ? option(flag) : option(flag, String(value))];
  });
}

/** As an argument of sbatch. */
export function argumentOf({ flag, value }: SbatchOption): string {
  return value === undefined ? `--${flag}` : `--${flag}=${value}`;
}

/**
 * As a line of a batch script. It is sbatch that reads it, not a shell: within quotes a backslash takes the meaning from
 * what follows, and nothing else has any.
 * @throws UserError `config` for a value that does not fit into a line
 */
export function directiveOf({ flag, value }: SbatchOption): string {
  if (value === undefined) return `#SBATCH --${flag}`;
  if (/\p{Cc}/u.test(value)) {
    const found = printable(JSON.stringify(value));
    throw new UserError(
      'config',
      `--${flag}: found ${found}; SLURM takes no control characters, such as line ends, in it.`,
    );
  }
  const shown = /^[\w@%+=:,./-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, String.raw`\$&`)}"`;
  return `#SBATCH --${flag}=${shown}`;
}

/** A path for `--output`, where sbatch puts the job's numbers in place of `%A` and `%a`. */
export function outputPattern(folder: string, name: string): string {
  return `${folder.replaceAll('%', '%%')}/${name}`;
}
