export interface Fault {
  /** Which operation, counted from 1; 0 for none. */
  readonly at?: number;
  /** Whether the process acts from then on as if it had ended, or the disk is full this once. */
  readonly mode?: 'die' | 'full';
  /** Told of each operation. */
  readonly onOperation?: (operation: string) => void;
}

export function watchFolder(folder: string, fault?: Fault): void;
/** The operations that were seen, such as `rename config.json`. */
export function stopWatching(): string[];
