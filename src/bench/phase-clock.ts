import { performance } from 'node:perf_hooks';

import { STEP_PHASES } from '../train/phase.js';
import type { StepPhase } from '../train/phase.js';

/** The phases of a step, and the rest of it: disposing of tensors, the event loop. */
export const MEASURED_PHASES = [...STEP_PHASES, 'rest'] as const;
export type MeasuredPhase = (typeof MEASURED_PHASES)[number];

/** One step: milliseconds in all, and of each phase. */
export interface Lap {
  readonly milliseconds: number;
  readonly phases: Readonly<Record<MeasuredPhase, number>>;
}

/** Splits the time of one step among its phases; runs from when it is made. */
export class PhaseClock {
  readonly #startedAt = performance.now();
  #lastMark = this.#startedAt;
  readonly #spent: Record<MeasuredPhase, number> = {
    ...{ batch: 0, forward: 0, backward: 0, transform: 0, update: 0, statistics: 0, rest: 0 },
  };

  /** What has passed since the last mark was this phase. */
  mark(phase: StepPhase): void {
    this.#add(phase);
  }

  stop(): Lap {
    this.#add('rest');
    return { milliseconds: this.#lastMark - this.#startedAt, phases: this.#spent };
  }

  #add(phase: MeasuredPhase): void {
    const now = performance.now();
    this.#spent[phase] += now - this.#lastMark;
    this.#lastMark = now;
  }
}
