export interface Progress {
  /** True where commands that show their own progress may do so. */
  readonly isTerminal: boolean;
  /** Runs one stage and shows its name, that it goes on, how it ended and how long it took. */
  stage<T>(name: string, work: () => Promise<T>, options?: StageOptions<T>): Promise<T>;
  note(text: string): void;
}

export interface StageOptions<T> {
  /** How it ended, in a few words. */
  readonly describe?: (result: T) => string;
  /** The work writes to the terminal itself. */
  readonly ownOutput?: boolean;
}
