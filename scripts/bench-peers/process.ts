import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import type { z } from 'zod';

import type { ContenderCommand } from './contenders.js';
import { readySchema, turnSchema } from './protocol.js';
import type { Turn } from './protocol.js';

/** A contender's process, kept alive between its turns. */
export class ContenderProcess {
  readonly name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<unknown>;
  #description = '';

  private constructor(name: string, { file, args, env }: ContenderCommand, shared: NodeJS.ProcessEnv) {
    this.name = name;
    this.#child = spawn(file, args, { env: { ...shared, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    // That it has died shows when its answer does not come.
    this.#child.stdin.on('error', () => undefined);
    this.#closed = once(this.#child, 'close');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts it in the environment that all share and its own, and waits until its network is built. */
  static async start(
    name: string,
    command: ContenderCommand,
    shared: NodeJS.ProcessEnv,
  ): Promise<ContenderProcess> {
    const contender = new ContenderProcess(name, command, shared);
    contender.#description = (await contender.#receive(readySchema)).ready;
    return contender;
  }

  /** Its library, with version. */
  get description(): string {
    return this.#description;
  }

  async turn(steps: number): Promise<Turn> {
    this.#child.stdin.write(`steps ${steps}\n`);
    return await this.#receive(turnSchema);
  }

  /** Lets it end. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#closed;
  }

  async #receive<T extends z.ZodType>(schema: T): Promise<z.output<T>> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`${this.name} ended before it answered`);
    return schema.parse(JSON.parse(line.value));
  }
}
