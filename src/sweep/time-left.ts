export interface Pace {
  /** What members that run and that wait still cost. */
  readonly costLeft: number;
  /** What one unit of it has taken one worker so far, in the mean; undefined while nothing is known. */
  readonly secondsPerUnit: number | undefined;
  readonly workers: number;
  /** What each member that runs still takes, as far as that is known. */
  readonly membersLeft: readonly (number | undefined)[];
}

/**
 * Seconds until a sweep is done: the cost that is left, by the mean seconds that a unit of it took so far, shared out
 * evenly among the workers; but not before the slowest member that runs is done. Undefined before anything is known.
 */
export function sweepSecondsLeft({
  costLeft,
  secondsPerUnit,
  workers,
  membersLeft,
}: Pace): number | undefined {
  if (secondsPerUnit === undefined || workers === 0) return undefined;
  return Math.max((costLeft * secondsPerUnit) / workers, ...membersLeft.map((seconds) => seconds ?? 0));
}
