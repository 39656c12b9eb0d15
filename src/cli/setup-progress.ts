import type { Progress } from '../setup/progress.js';
import type { Output } from './output.js';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MILLISECONDS = 100;

/**
 * Shows the stages of a set-up: each with a spinner on a terminal, else a line when it begins, and a line when it ends.
 *
 * @param now - The clock in milliseconds, for tests.
 */
export function setupProgress(output: Output, now: () => number = Date.now): Progress {
  return {
    isTerminal: output.terminalColumns !== undefined,
    note: (text) => {
      output.tell(text);
    },
    async stage(name, work, { ownOutput = false, describe } = {}) {
      const started = now();
      const seconds = (): string => `${((now() - started) / 1000).toFixed(1)} s`;
      const stop = ownOutput ? announce(output, name) : spin(output, name, seconds);
      try {
        const result = await work();
        stop();
        output.tell(`✓ ${name}${describe === undefined ? '' : `: ${describe(result)}`} (${seconds()})`);
        return result;
      } catch (error) {
        stop();
        output.tell(`✗ ${name} (${seconds()})`);
        throw error;
      }
    },
  };
}

function announce(output: Output, name: string): () => void {
  output.tell(`… ${name}`);
  return () => undefined;
}

function spin(output: Output, name: string, seconds: () => string): () => void {
  if (output.terminalColumns === undefined) return announce(output, name);
  let count = 0;
  const draw = (): void => {
    output.setStatus(`${FRAMES[count++ % FRAMES.length] ?? ''} ${name} ${seconds()}`);
  };
  draw();
  const timer = setInterval(draw, FRAME_MILLISECONDS);
  return () => {
    clearInterval(timer);
    output.setStatus(undefined);
  };
}
