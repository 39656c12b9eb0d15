/** What kind of mistake or failure an error is; it decides the exit status of the command line. */
export type ErrorCode =
  | 'usage' // a command, option or argument that does not exist or does not fit
  | 'config' // a configuration file, key or override that is wrong
  | 'data' // a data set that is missing, damaged or refused
  | 'engine' // a backend that cannot be loaded or lacks what was asked of it
  | 'checkpoint' // a checkpoint or run folder that cannot be continued
  | 'accuracy' // a test accuracy below the one that was asked for
  | 'plugin' // a plug-in that does not do what it must
  | 'diverged' // a loss or gradient that is no longer finite
  | 'io'; // a file that could not be read or written

/**
 * An error that the user can understand and mend. Its message names what was looked at (file, key),
 * what was found, what is allowed and what to do; it is printed without a stack trace unless `--debug` is given.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** 2 for usage and configuration, 1 for a failure while running. */
  get exitCode(): 1 | 2 {
    return this.code === 'usage' || this.code === 'config' ? 2 : 1;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error code of a failed system call (`ENOSPC`), undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
