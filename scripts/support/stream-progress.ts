import type { Progress, StageOptions } from '../../src/setup/progress.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows progress on a stream: a spinner on a terminal, else a dot every few seconds. */
export class StreamProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY;
  }

  note(text: string): void {
    this.#stream.write(`  ${text}\n`);
  }

  async stage<T>(
    name: string,
    work: () => Promise<T>,
    { ownOutput = false, describe }: StageOptions<T> = {},
  ): Promise<T> {
    const started = Date.now();
    const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    const stop = this.#start(name, seconds, ownOutput);
    try {
      const result = await work();
      const ending = describe === undefined ? '' : `: ${describe(result)}`;
      stop(`✓ ${name}${ending} (${seconds()})`);
      return result;
    } catch (error) {
      stop(`✗ ${name} (${seconds()})`);
      throw error;
    }
  }

  #start(name: string, seconds: () => string, ownOutput: boolean): (last: string) => void {
    if (ownOutput) {
      this.note(`… ${name}`);
      return (last) => {
        this.note(last);
      };
    }
    return this.isTerminal ? this.#spin(name, seconds) : this.#dots(name);
  }

  #spin(name: string, seconds: () => string): (last: string) => void {
    let count = 0;
    const draw = (): void => {
      this.#stream.write(`\r\u001b[K  ${frames[count++ % frames.length] ?? ''} ${name} ${seconds()}`);
    };
    draw();
    const timer = setInterval(draw, 100);
    return (last) => {
      clearInterval(timer);
      this.#stream.write(`\r\u001b[K  ${last}\n`);
    };
  }

  #dots(name: string): (last: string) => void {
    this.#stream.write(`  … ${name}`);
    const timer = setInterval(() => this.#stream.write('.'), 5000);
    return (last) => {
      clearInterval(timer);
      this.#stream.write(`\n  ${last}\n`);
    };
  }
}
