/** One way of providing the library did not work out; another may. */
export class SetupFailure extends Error {
  override readonly name = 'SetupFailure';
  /** What the user can do about it; empty when nothing is known. */
  readonly advice: string;

  constructor(reason: string, advice: string) {
    super(reason);
    this.advice = advice;
  }
}

/** A folder that cannot be written or a full disk ends a strategy, not the set-up; anything else is a fault of ours. */
export function asFailure(error: unknown): SetupFailure {
  if (error instanceof SetupFailure) return error;
  if (error instanceof Error && 'syscall' in error) {
    return new SetupFailure(error.message, 'GAN_BENCH_CACHE names another folder to keep the library in.');
  }
  throw error;
}
