import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * Node aborts at its end when a terminal that it began with is gone by then: it cannot give back the terminal's mode
 * (`ResetStdio` in its src/node.cc). It passes over descriptors that are closed.
 *
 * @returns to be called at the end; closes the standard streams whose terminal is gone
 */
export function watchTerminals(): () => void {
  const terminals = STANDARD_STREAMS.filter((descriptor) => isatty(descriptor));
  return () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  };
}
