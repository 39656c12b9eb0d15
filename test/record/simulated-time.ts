import { setImmediate } from 'node:timers/promises';

/** Simulated seconds, and who goes on when. */
export class SimulatedTime {
  now = 0;
  readonly #waiting: { readonly at: number; readonly wake: () => void }[] = [];
  #running = 0;

  async sleep(seconds: number): Promise<void> {
    this.#running -= 1;
    await new Promise<void>((wake) => this.#waiting.push({ at: this.now + seconds, wake }));
  }

  start(process: () => Promise<void>): void {
    this.#running += 1;
    void process().finally(() => (this.#running -= 1));
  }

  /** One process moves at a time; the others wait for their moment. */
  async run(until: number): Promise<void> {
    for (;;) {
      while (this.#running > 0) await setImmediate();
      const next = this.#waiting.sort((a, b) => a.at - b.at).shift();
      if (next === undefined || next.at > until) return;
      this.now = next.at;
      this.#running += 1;
      next.wake();
    }
  }
}
