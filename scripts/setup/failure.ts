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
