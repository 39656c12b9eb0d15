import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { messageOf, systemCode, UserError } from '../../errors.js';
import { printable } from '../../support/text.js';

const run = promisify(execFile);

/** As long as SLURM's programs themselves try to reach a controller that does not answer, and some. */
const TIMEOUT_SECONDS = 120;
const LARGEST_ANSWER = 256 * 2 ** 20;

/** SLURM's programs that are used. */
export type SlurmProgram = 'sbatch' | 'squeue' | 'scancel' | 'scontrol';

/**
 * Runs one of SLURM's programs to its end.
 * @returns its standard output
 * @throws UserError `io` when it is not there, or with what it said when it failed
 */
export async function askSlurm(program: SlurmProgram, args: readonly string[]): Promise<string> {
  try {
    const options = { timeout: TIMEOUT_SECONDS * 1000, maxBuffer: LARGEST_ANSWER };
    return (await run(program, [...args], options)).stdout;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new UserError(
        'io',
        `${program}: not found on this machine. Run this where SLURM's programs are, on a login node of the cluster.`,
        { cause: error },
      );
    }
    throw new UserError('io', `${program} failed: ${printable(reasonOf(error), 1000)}`, { cause: error });
  }
}

/** What it said on standard error, in one line, else how it ended. */
function reasonOf(error: unknown): string {
  const said =
    error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
      ? error.stderr.trim()
      : '';
  return said === '' ? messageOf(error) : said.split('\n').join('; ');
}
