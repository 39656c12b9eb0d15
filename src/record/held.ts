import { UserError } from '../errors.js';

/** A run folder that another process holds, or may hold; its code is `io`. */
export class HeldError extends UserError {
  constructor(message: string) {
    super('io', message);
  }
}
