import { UserError } from '../errors.js';

/** Steps in a row after which more tensors than after the one before are a leak, and no first use of something. */
const STEPS = 5;

/** Looks whether the tensors that are alive grow in number with the steps, as they may not. */
export class LeakWatch {
  readonly #foreign: readonly string[];
  #last = Infinity;
  #grown = 0;

  /** @param foreign - Other people's methods at work, in words; ours are looked after by tests. */
  constructor(foreign: readonly string[]) {
    this.#foreign = foreign;
  }

  /**
   * @param alive - Tensors after the step.
   * @throws UserError `plugin` when it has been more again and again
   */
  look(alive: number, step: number): void {
    this.#grown = alive > this.#last ? this.#grown + 1 : 0;
    this.#last = alive;
    if (this.#grown < STEPS || this.#foreign.length === 0) return;
    throw new UserError(
      'plugin',
      `${this.#foreign.join(' and ')}: tensors are left behind in every step (${alive} after step ${step}), ` +
        'until memory is full: return those that are to stay as state, and keep none with tf.keep or in variables.',
    );
  }
}
