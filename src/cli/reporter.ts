import type { RunEvent } from '../library/run-events.js';
import { dataDisplay } from './fetch-display.js';
import { output } from './output.js';
import { progressDisplay } from './progress.js';
import { tellError } from './tell-error.js';

/** Whom a run tells how it goes: people, or the process that started it. */
export interface Reporter {
  on(event: RunEvent): Promise<void> | void;
  /** Why nothing came of it. */
  fail(error: unknown): void;
  /** Takes away what shows how far it is. */
  close(): void;
}

/** Reports on standard error. @param options.quiet - Only what should be known. */
export function terminalReporter(options: { readonly quiet: boolean; readonly debug: boolean }): Reporter {
  const { quiet, debug } = options;
  const data = dataDisplay({ output, quiet });
  const display = progressDisplay({ output, quiet });
  const tell = (line: string): void => {
    if (!quiet) output.tell(line);
  };
  return {
    async on(event) {
      if (event.type === 'data-progress' || event.type === 'data-retry') {
        data.on(event);
        return;
      }
      data.close();
      if (event.type === 'opened') tell(event.headline);
      else if (event.type === 'note') output.tell(`note: ${event.text}`);
      else if (event.type === 'already-finished')
        tell(`seed ${event.seed}: already finished, ${event.directory}`);
      else if (event.type !== 'seed-ended' && event.type !== 'summary') await display.on(event);
      if (event.type === 'run-failed') tellError(event.error, debug);
    },
    fail(error) {
      tellError(error, debug);
    },
    close() {
      data.close();
      output.setStatus(undefined);
    },
  };
}
