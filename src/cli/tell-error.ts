import { inspect } from 'node:util';

import { ConfigError } from '../config/index.js';
import { messageOf, UserError } from '../errors.js';
import { output } from './output.js';

/** Tells what went wrong on standard error; where it came from only with `--debug`. */
export function tellError(error: unknown, debug: boolean): void {
  output.tell(`error: ${messageOf(error)}`);
  if (debug) output.tell(inspect(error));
  else if (!(error instanceof UserError)) output.tell('(--debug shows where it came from)');
}

/** What `--json` says of an error: its code (`internal` for a mistake of the program), message, and the problems of a configuration. */
export function describeError(error: unknown) {
  return {
    code: error instanceof UserError ? error.code : 'internal',
    message: messageOf(error),
    ...(error instanceof ConfigError && { problems: error.problems, more: error.more }),
  };
}
