import type { TrainListener } from '../record/listener.js';
import { output } from './output.js';
import { progressDisplay } from './progress.js';
import { tellError } from './tell-error.js';

/** Whom a run tells how it goes: people, or the process that started it. */
export interface Reporter {
  /** What is good to know, and no more. */
  tell(line: string): void;
  /** What should be known. */
  note(text: string): void;
  /** Why a run failed. */
  fail(error: unknown): void;
  /** Shows a run as it goes. */
  display(): TrainListener;
}

/** Reports on standard error. @param options.quiet - Only what should be known. */
export function terminalReporter(options: { readonly quiet: boolean; readonly debug: boolean }): Reporter {
  const { quiet, debug } = options;
  return {
    tell(line) {
      if (!quiet) output.tell(line);
    },
    note(text) {
      output.tell(`note: ${text}`);
    },
    fail(error) {
      tellError(error, debug);
    },
    display: () => progressDisplay({ output, quiet }),
  };
}
