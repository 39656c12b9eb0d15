/** How fast a run goes: by the mean time of this attempt's steps, evaluations included. */
export class Pace {
  readonly #totalSteps: number;
  readonly #startStep: number;
  readonly #now: () => number;
  readonly #startedAt: number;

  /** @param now the clock in milliseconds */
  constructor(totalSteps: number, startStep: number, now: () => number) {
    this.#totalSteps = totalSteps;
    this.#startStep = startStep;
    this.#now = now;
    this.#startedAt = now();
  }

  /** What the rest takes after so many steps of the run; undefined before this attempt's first. */
  secondsLeft(step: number): number | undefined {
    const steps = step - this.#startStep;
    if (steps <= 0) return undefined;
    return ((this.#now() - this.#startedAt) / 1000 / steps) * (this.#totalSteps - step);
  }
}
