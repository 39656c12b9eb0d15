import { UserError } from '../errors.js';
import type { Problem } from './source.js';

/** A configuration that is wrong, with each of its problems; the message lists them, one line each. */
export class ConfigError extends UserError {
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[]) {
    super('config', message);
    this.problems = problems;
  }
}
