import { existsSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import type { Command, CommandResult } from '../../src/setup/command.js';
import { SetupFailure } from '../../src/setup/failure.js';
import type { Progress } from '../../src/setup/progress.js';
import { strategiesFor, type Wish } from '../../src/setup/strategies.js';
import type { StrategyTools } from '../../src/setup/tools.js';

const silent: Progress = { isTerminal: false, stage: async (_, work) => await work(), note: () => undefined };
const done: CommandResult = { ok: true, output: '' };

let root: string;
let cacheRoot: string;
let inUse: string;
let ran: string[];

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-setup-'));
  cacheRoot = path.join(root, 'cache');
  inUse = path.join(cacheRoot, 'in-use');
  ran = [];
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(file: string, text = ''): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** The argument that follows `option`, or starts with it. */
function argument(command: Command, option: string): string {
  const index = command.args.indexOf(option);
  const inline = command.args.find((text) => text.startsWith(`${option}=`))?.slice(option.length + 1);
  return inline ?? command.args[index + 1] ?? '';
}

/** Does what the real programs would leave on the disk. */
async function simulate(command: Command): Promise<CommandResult> {
  const [first = '', wheel = '', folder = ''] = command.args;
  if (command.args.includes('download') && command.args.includes('pip')) {
    const requirements = await readFile(argument(command, '--requirement'), 'utf8');
    ran.push(`pip ${requirements.trim().split('\n').join(', ')}`);
    await put(
      path.join(argument(command, '--dest'), requirements.startsWith('nvidia') ? 'cuda.whl' : 'tf.whl'),
    );
  } else if (first.endsWith('extract_wheel.py')) {
    ran.push(`extract ${path.basename(wheel)}`);
    await (wheel.endsWith('cuda.whl') ? unpackCuda(folder) : unpackTensorFlow(folder));
  } else if (first.endsWith('node-gyp.js')) {
    ran.push('node-gyp');
    await put(path.join(argument(command, '--directory'), 'build', 'Release', 'tfjs_binding.node'), 'addon');
  } else if (command.args.includes('-shared')) {
    await put(path.join(command.cwd ?? '', argument(command, '-o')), 'filter');
  }
  return done;
}

async function unpackTensorFlow(folder: string): Promise<void> {
  await put(path.join(folder, 'tensorflow', 'libtensorflow_cc.so.2'), 'library');
  await put(path.join(folder, 'tensorflow', 'libtensorflow_framework.so.2'), 'framework');
  await put(path.join(folder, 'tensorflow', 'include', 'tensorflow', 'c', 'c_api.h'));
  const metadata = 'Requires-Dist: nvidia-cudnn-cu12<10.0; extra == "and-cuda"\n';
  await put(path.join(folder, 'tensorflow-2.21.0.dist-info', 'METADATA'), metadata);
}

async function unpackCuda(folder: string): Promise<void> {
  await put(path.join(folder, 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'), 'cudnn');
}

function tools(run: StrategyTools['run'] = simulate): StrategyTools {
  return {
    cache: new Cache(cacheRoot),
    machine: { platform: 'linux', arch: 'x64', glibc: '2.36' },
    progress: silent,
    run,
    native: { cache: cacheRoot, library: inUse, addonFolder: path.join(inUse, addon) },
    projectFolder: root,
  };
}

/** Runs the first strategy. */
async function attempt(run?: StrategyTools['run'], options: Partial<Wish> = {}): Promise<void> {
  const [first] = strategiesFor(tools(run), { ...unasked, ...options });
  await first?.attempt();
}

const library = 'tensorflow-2.21.0-cpu-linux-x64-2';
const addon = 'addon-4.22.0-2';
const unasked: Wish = { gpu: false, webgpu: false, force: false };

describe("the strategy of TensorFlow's Python package", () => {
  it('downloads, unpacks, compiles, and makes the library the one in use', async () => {
    await attempt();
    expect(ran).toEqual([
      expect.stringMatching(/^pip tensorflow-cpu==2\.21\.0 --hash/),
      'extract tf.whl',
      'node-gyp',
    ]);
    // Nothing in it names the cache folder, so that it may be moved.
    expect(await readlink(inUse)).toBe(library);
    const linked = path.join(inUse, 'lib');
    expect(await readFile(path.join(linked, 'libtensorflow.so'), 'utf8')).toBe('library');
    expect(await readFile(path.join(linked, 'libtensorflow_framework.so'), 'utf8')).toBe('framework');
    expect(existsSync(path.join(inUse, 'include', 'tensorflow', 'c', 'c_api.h'))).toBe(true);
    const compiled = path.join(inUse, addon, 'lib', 'napi-v8');
    expect((await readdir(compiled)).sort()).toEqual(['log_filter.so', 'tfjs_binding.node']);
    expect((await readdir(cacheRoot)).sort()).toEqual(['in-use', library]);
  });

  it('lays the addon out as its RUNPATH wants it, $ORIGIN/../../deps/lib', async () => {
    await attempt();
    const runPath = path.join(inUse, addon, 'lib', 'napi-v8', '..', '..', 'deps', 'lib');
    expect(realpathSync(runPath)).toBe(realpathSync(path.join(inUse, 'lib')));
  });

  it('takes everything from the cache the second time, without Python or a compiler', async () => {
    await attempt();
    await rm(inUse);
    await attempt(() => Promise.resolve({ ok: false, output: 'not found' }));
    expect(await readlink(inUse)).toBe(library);
  });

  it('starts over when forced, also over a folder that was put there by hand', async () => {
    await put(path.join(inUse, 'lib', 'libtensorflow.so'), 'by hand');
    await attempt();
    ran = [];
    await attempt(undefined, { force: true });
    expect(ran).toHaveLength(3);
    expect(await readFile(path.join(inUse, 'lib', 'libtensorflow.so'), 'utf8')).toBe('library');
  });

  it('fetches for GPUs what the and-cuda extra of the package asks for', async () => {
    await attempt(undefined, { gpu: true });
    expect(ran).toEqual([
      'pip tensorflow==2.21.0',
      'extract tf.whl',
      'pip nvidia-cudnn-cu12<10.0',
      'extract cuda.whl',
      'node-gyp',
    ]);
    expect(existsSync(path.join(inUse, 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'))).toBe(true);
    await attempt(undefined, { gpu: false });
    expect(await readlink(inUse)).toBe(library);
  });

  it('names all that is missing before it downloads anything', async () => {
    const failure = await attempt(() => Promise.resolve({ ok: false, output: 'ENOENT' })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SetupFailure);
    expect(failure).toHaveProperty('message', expect.stringMatching(/python3.*C\+\+ compiler.*make/));
    expect(failure).toHaveProperty(
      'advice',
      expect.stringMatching(/apt install python3 .*apt install build-essential/),
    );
    expect(existsSync(cacheRoot)).toBe(false);
  });

  it('repeats what pip says, and leaves nothing behind', async () => {
    const failure = await attempt(async (command) =>
      command.args.includes('download')
        ? { ok: false, output: 'WARNING: retrying\nERROR: No matching distribution found for tensorflow-cpu' }
        : await simulate(command),
    ).catch((error: unknown) => error);
    expect(failure).toHaveProperty('message', expect.stringContaining('No matching distribution'));
    expect(failure).toHaveProperty('advice', expect.stringContaining('PIP_INDEX_URL'));
    expect(await readdir(cacheRoot)).toEqual([]);
  });

  it('keeps the library when only the addon does not compile', async () => {
    await expect(
      attempt(async (command) =>
        command.args[0]?.endsWith('node-gyp.js') === true
          ? { ok: false, output: 'gyp info ok\nx.cc:1: error: broken' }
          : await simulate(command),
      ),
    ).rejects.toThrow('the addon does not compile: x.cc:1: error: broken');
    ran = [];
    await attempt();
    expect(ran).toEqual(['node-gyp']);
  });

  it('says why there is nothing for this machine', async () => {
    const [wheel] = strategiesFor(
      { ...tools(), machine: { platform: 'darwin', arch: 'arm64', glibc: undefined } },
      unasked,
    );
    await expect(wheel?.attempt()).rejects.toThrow('for Linux only, not for darwin');
    expect(ran).toEqual([]);
  });
});

describe('strategiesFor', () => {
  const names = (wish: Partial<Wish>) =>
    strategiesFor(tools(), { ...unasked, ...wish }).map(({ name }) => name);

  it('tries a library without GPUs last', () => {
    expect(names({})).toEqual(["TensorFlow's Python package"]);
    expect(names({ gpu: true })).toEqual([
      "TensorFlow's Python package for GPUs",
      "TensorFlow's Python package",
    ]);
  });
});
