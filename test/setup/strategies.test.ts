import { existsSync, realpathSync } from 'node:fs';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import type { RunCommand } from '../../src/setup/command.js';
import { SetupFailure } from '../../src/setup/failure.js';
import { strategiesFor, type Wish } from '../../src/setup/strategies.js';
import { addon, put, SimulatedMachine, unasked } from './support.js';

const library = 'tensorflow-2.21.0-cpu-linux-x64-2';

let machine: SimulatedMachine;
let inUse: string;
let cacheRoot: string;

beforeEach(async () => {
  machine = await SimulatedMachine.start();
  ({ inUse, cacheRoot } = machine);
});

describe("the strategy of TensorFlow's Python package", () => {
  it('downloads, unpacks, compiles, and makes the library the one in use', async () => {
    await machine.attempt();
    expect(machine.ran).toEqual([
      expect.stringMatching(/^pip tensorflow-cpu==2\.21\.0 --hash/),
      'extract tensorflow-cpu.whl',
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
    await machine.attempt();
    const runPath = path.join(inUse, addon, 'lib', 'napi-v8', '..', '..', 'deps', 'lib');
    expect(realpathSync(runPath)).toBe(realpathSync(path.join(inUse, 'lib')));
  });

  it('takes everything from the cache the second time, without Python or a compiler', async () => {
    await machine.attempt();
    await rm(inUse);
    await machine.attempt({}, { run: () => Promise.resolve({ ok: false, output: 'not found' }) });
    expect(await readlink(inUse)).toBe(library);
  });

  it('starts over when forced, also over a folder that was put there by hand', async () => {
    await put(path.join(inUse, 'lib', 'libtensorflow.so'), 'by hand');
    await machine.attempt();
    machine.ran = [];
    await machine.attempt({ force: true });
    expect(machine.ran).toHaveLength(3);
    expect(await readFile(path.join(inUse, 'lib', 'libtensorflow.so'), 'utf8')).toBe('library');
  });

  it('fetches for GPUs what the and-cuda extra of the package asks for', async () => {
    await machine.attempt({ gpu: true });
    expect(machine.ran).toEqual([
      'pip tensorflow==2.21.0',
      'pip nvidia-cublas-cu12<13.0',
      'pip nvidia-cudnn-cu12<10.0',
      'pip nvidia-nccl-cu12<3.0',
      'extract tensorflow.whl',
      'extract nvidia-cublas-cu12.whl',
      'extract nvidia-cudnn-cu12.whl',
      'extract nvidia-nccl-cu12.whl',
      'node-gyp',
    ]);
    expect(existsSync(path.join(inUse, 'nvidia', 'nvidia-nccl-cu12.whl', 'lib', 'lib.so.1'))).toBe(true);
    await machine.attempt({ gpu: false });
    expect(await readlink(inUse)).toBe(library);
  });

  it('names all that is missing before it downloads anything', async () => {
    const run = () => Promise.resolve({ ok: false, output: 'ENOENT' });
    const failure = await machine.failure({}, { run });
    expect(failure).toBeInstanceOf(SetupFailure);
    expect(failure).toHaveProperty('message', expect.stringMatching(/python3.*C\+\+ compiler.*make/));
    expect(failure).toHaveProperty(
      'advice',
      expect.stringMatching(/apt install python3 .*apt install build-essential/),
    );
    expect(existsSync(cacheRoot)).toBe(false);
  });

  it('repeats what pip says, and leaves nothing behind', async () => {
    const output = 'WARNING: retrying\nERROR: No matching distribution found for tensorflow-cpu';
    const run = machine.withDownload('tensorflow-cpu', () => Promise.resolve({ ok: false, output }));
    const failure = await machine.failure({}, { run });
    expect(failure).toHaveProperty('message', expect.stringContaining('No matching distribution'));
    expect(failure).toHaveProperty('advice', expect.stringContaining('PIP_INDEX_URL'));
    expect(await readdir(cacheRoot)).toEqual([]);
  });

  it('keeps the library when only the addon does not compile', async () => {
    const run: RunCommand = async (command) =>
      command.args[0]?.endsWith('node-gyp.js') === true
        ? { ok: false, output: 'gyp info ok\nx.cc:1: error: broken' }
        : await machine.run(command);
    await expect(machine.attempt({}, { run })).rejects.toThrow(
      'the addon does not compile: x.cc:1: error: broken',
    );
    machine.ran = [];
    await machine.attempt();
    expect(machine.ran).toEqual(['node-gyp']);
  });

  it('says why there is nothing for this machine', async () => {
    const mac = { platform: 'darwin', arch: 'arm64', glibc: undefined } as const;
    await expect(machine.attempt({}, { machine: mac })).rejects.toThrow('for Linux only, not for darwin');
    expect(machine.ran).toEqual([]);
  });
});

describe('strategiesFor', () => {
  const names = (wish: Partial<Wish>) =>
    strategiesFor(machine.tools(), { ...unasked, ...wish }).map(({ name }) => name);

  it('tries a library without GPUs last', () => {
    expect(names({})).toEqual(["TensorFlow's Python package"]);
    expect(names({ gpu: true })).toEqual([
      "TensorFlow's Python package for GPUs",
      "TensorFlow's Python package",
    ]);
  });
});
