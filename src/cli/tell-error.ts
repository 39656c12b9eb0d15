import { messageOf, UserError } from '../errors.js';

/** Prints what went wrong on standard error; where it came from only with `--debug`. */
export function tellError(error: unknown, debug: boolean): void {
  console.error(`error: ${messageOf(error)}`);
  if (debug) console.error(error);
  else if (!(error instanceof UserError)) console.error('(--debug shows where it came from)');
}
