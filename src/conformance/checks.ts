import { messageOf } from '../errors.js';

/** What came of one check of a method. */
export interface CheckResult {
  /** What was looked at, in words: `the same bytes twice`. */
  readonly check: string;
  /** What is wrong; absent: nothing. */
  readonly problem?: string | undefined;
}

/** Makes a check: it returns what is wrong, or throws it. */
export async function check(
  name: string,
  look: () => Promise<string | undefined> | string | undefined,
): Promise<CheckResult> {
  try {
    return { check: name, problem: await look() };
  } catch (error) {
    return { check: name, problem: messageOf(error) };
  }
}
