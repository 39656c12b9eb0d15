import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { onTestFinished } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import type { Command, CommandResult, RunCommand } from '../../src/setup/command.js';
import type { Progress } from '../../src/setup/progress.js';
import { strategiesFor, type Wish } from '../../src/setup/strategies.js';
import type { StrategyTools } from '../../src/setup/tools.js';

export const silent: Progress = {
  isTerminal: false,
  stage: async (_, work) => await work(),
  note: () => undefined,
};

export const addon = 'addon-4.22.0-2';
export const unasked: Wish = { gpu: false, webgpu: false, force: false };

const done: CommandResult = { ok: true, output: '' };

export async function put(file: string, text = ''): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** The argument that follows `option`, or starts with it. */
function argument(command: Command, option: string): string {
  const index = command.args.indexOf(option);
  const inline = command.args.find((text) => text.startsWith(`${option}=`))?.slice(option.length + 1);
  return inline ?? command.args[index + 1] ?? '';
}

/** A machine with a GPU and an empty cache folder, on which the first strategy runs with programs that only pretend. */
export class SimulatedMachine {
  readonly cacheRoot: string;
  readonly inUse: string;
  /** What was done, in turn: `pip <requirement>`, `extract <wheel>`, `node-gyp`. */
  ran: string[] = [];
  readonly #root: string;

  static async start(): Promise<SimulatedMachine> {
    const root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-setup-'));
    onTestFinished(() => rm(root, { recursive: true }));
    return new SimulatedMachine(root);
  }

  private constructor(root: string) {
    this.#root = root;
    this.cacheRoot = path.join(root, 'cache');
    this.inUse = path.join(this.cacheRoot, 'in-use');
  }

  tools(changes: Partial<StrategyTools> = {}): StrategyTools {
    const cache = this.cacheRoot;
    return {
      cache: new Cache(cache),
      machine: { platform: 'linux', arch: 'x64', glibc: '2.36' },
      driver: { gpus: ['NVIDIA H200'], version: '535.104.05' },
      freeSpace: () => Promise.resolve(12e9),
      progress: silent,
      run: this.run,
      native: { cache, library: this.inUse, addonFolder: path.join(this.inUse, addon) },
      projectFolder: this.#root,
      ...changes,
    };
  }

  /** Runs the first strategy. */
  async attempt(options: Partial<Wish> = {}, changes?: Partial<StrategyTools>): Promise<void> {
    const [first] = strategiesFor(this.tools(changes), { ...unasked, ...options });
    await first?.attempt();
  }

  /** As `attempt`, for one that fails: what it ended with. */
  async failure(options?: Partial<Wish>, changes?: Partial<StrategyTools>): Promise<unknown> {
    return await this.attempt(options, changes).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Does what the real programs would leave on the disk. */
  readonly run: RunCommand = async (command) => {
    const [first = '', wheel = '', folder = '', ...entries] = command.args;
    if (isDownload(command)) {
      const requirement = await requirementOf(command);
      this.ran.push(`pip ${requirement}`);
      const name = /^[\w-]+/.exec(requirement)?.[0] ?? '';
      await put(path.join(argument(command, '--dest'), `${name}.whl`), requirement);
    } else if (first.endsWith('extract_wheel.py')) {
      await this.#extract(path.basename(wheel), folder, entries);
    } else if (first.endsWith('node-gyp.js')) {
      this.ran.push('node-gyp');
      await put(
        path.join(argument(command, '--directory'), 'build', 'Release', 'tfjs_binding.node'),
        'addon',
      );
    } else if (command.args.includes('-shared')) {
      await put(path.join(command.cwd ?? '', argument(command, '-o')), 'filter');
    }
    return done;
  };

  /** As `run`, but the download of a package ends otherwise. */
  withDownload(of: string, ends: () => Promise<CommandResult>): RunCommand {
    return async (command) => {
      const breaks = isDownload(command) && (await requirementOf(command)).startsWith(of);
      return breaks ? await ends() : await this.run(command);
    };
  }

  async #extract(wheel: string, folder: string, entries: readonly string[]): Promise<void> {
    if (entries.length > 1) this.ran.push(`extract ${wheel}`);
    await put(path.join(folder, `${wheel}.dist-info`, 'METADATA'), metadata);
    if (entries.length === 1) return;
    await (wheel.startsWith('nvidia')
      ? put(path.join(folder, 'nvidia', wheel, 'lib', 'lib.so.1'), wheel)
      : unpackTensorFlow(folder));
  }
}

function isDownload({ args }: Command): boolean {
  return args.includes('pip') && args.includes('download');
}

async function requirementOf(command: Command): Promise<string> {
  return (await readFile(argument(command, '--requirement'), 'utf8')).trim();
}

/** The CUDA libraries that the simulated wheel of TensorFlow asks for. */
export const cuda = ['nvidia-cublas-cu12<13.0', 'nvidia-cudnn-cu12<10.0', 'nvidia-nccl-cu12<3.0'] as const;

const metadata = cuda.map((line) => `Requires-Dist: ${line}; extra == "and-cuda"\n`).join('');

async function unpackTensorFlow(folder: string): Promise<void> {
  await put(path.join(folder, 'tensorflow', 'libtensorflow_cc.so.2'), 'library');
  await put(path.join(folder, 'tensorflow', 'libtensorflow_framework.so.2'), 'framework');
  await put(path.join(folder, 'tensorflow', 'include', 'tensorflow', 'c', 'c_api.h'));
}
