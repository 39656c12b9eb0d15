import { UserError } from '../errors.js';
import type { Problem } from './source.js';

/** The first problems that were found, and how many more there are. */
export interface Problems {
  readonly problems: readonly Problem[];
  readonly more: number;
}

/** A configuration that is wrong, with each of the problems that the message lists, one line each. */
export class ConfigError extends UserError {
  readonly problems: readonly Problem[];
  readonly more: number;

  constructor(message: string, { problems, more }: Problems) {
    super('config', message);
    this.problems = problems;
    this.more = more;
  }
}
