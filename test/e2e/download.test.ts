import { statSync, watch } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  type Answer,
  cyclicLabels,
  describeArchive,
  dropAfter,
  honestEntries,
  recordFile,
  serve,
  tarGz,
  tiny,
  whole,
} from '../data/fixtures.js';
import { manifestOf } from './results.js';
import { ganBench, preload, stackTrace, start, temporaryFolder, writeConfig } from './support.js';

const honest = tarGz(honestEntries());

/** Environment in which the archive of cifar100 has these bytes and comes from this server. */
function officially(bytes: Uint8Array, url: string): Record<string, string> {
  const archive = describeArchive(bytes, `${url}tiny.tar.gz`);
  return { ...preload('preload/tiny-cifar100.js'), TINY_CIFAR100: JSON.stringify({ ...tiny, archive }) };
}

/** Sends the first bytes, and then nothing more. */
function stallAfter(bytes: Uint8Array, count: number): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, count));
  };
}

/** Waits until a download in the folder has so many bytes. */
async function downloaded(root: string, count: number): Promise<string> {
  return await new Promise((resolve) => {
    // Not that of fs/promises, which loses what happens while an earlier event is dealt with.
    const watcher = watch(root, (_, name) => {
      if (name?.includes('.part') !== true) return;
      const found = statSync(path.join(root, name), { throwIfNoEntry: false });
      if (found === undefined || found.size < count) return;
      watcher.close();
      resolve(name);
    });
  });
}

async function expectPublished(root: string): Promise<void> {
  expect(await readdir(root)).toEqual([tiny.folder]);
  for (const file of tiny.files) {
    const found = await readFile(path.join(root, tiny.folder, file.name));
    expect(found.equals(recordFile(tiny, cyclicLabels(file, 2))), file.name).toBe(true);
  }
}

const fetching = (root: string): string[] => ['data', 'fetch', 'cifar100', '--data-dir', root];

describe('gan-bench data fetch', { timeout: 120_000 }, () => {
  it('goes on after dropped connections, with Range requests, and publishes the folder', async () => {
    const server = await serve(dropAfter(honest, 700), dropAfter(honest, 500), whole(honest));
    const root = await temporaryFolder();
    const { code, stdout, stderr } = await ganBench(fetching(root), { env: officially(honest, server.url) });
    expect(stderr).toContain('trying again in ');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `cifar100: ready, ${path.join(root, tiny.folder)}\n`,
    });
    expect(server.ranges).toEqual([undefined, 'bytes=700-', 'bytes=1200-']);
    await expectPublished(root);
  });

  it('goes on where it was killed', async () => {
    const server = await serve(stallAfter(honest, 900), whole(honest));
    const root = await temporaryFolder();
    const env = officially(honest, server.url);
    const partial = downloaded(root, 900);
    const running = start(fetching(root), { env });
    await partial;
    running.kill('SIGKILL');
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(root)).not.toContain(tiny.folder);
    expect(await ganBench(fetching(root), { env })).toMatchObject({ code: 0 });
    expect(server.ranges).toEqual([undefined, 'bytes=900-']);
    await expectPublished(root);
  });

  it('refuses an archive with the wrong checksum: exit status 1, and nothing stays', async () => {
    const server = await serve(whole(honest));
    const root = await temporaryFolder();
    const { code, stdout, stderr } = await ganBench([...fetching(root), '--mirror', server.url]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /error: .*: wrong checksum: expected md5 03b5dce01913d631647c71ecec9e9cb8, found /,
    );
    expect(stderr).toContain('choose another one with --mirror');
    expect(stderr).not.toMatch(stackTrace);
    expect(await readdir(root)).toEqual([]);
  });

  it.each([
    ['a path that climbs out', { path: `${tiny.folder}/../../evil.txt`, content: 'evil' }],
    ['an absolute path', { path: '/tmp/gan-bench-evil.txt', content: 'evil' }],
    [
      'a link that leads out',
      { path: `${tiny.folder}/train.bin`, type: 'SymbolicLink', linkpath: '../../evil.txt' },
    ],
  ] as const)('refuses an archive with %s, though its checksum is right', async (_, entry) => {
    const hostile = tarGz([...honestEntries(), entry]);
    const server = await serve(whole(hostile));
    const parent = await temporaryFolder();
    const root = path.join(parent, 'data');
    const { code, stderr } = await ganBench(fetching(root), { env: officially(hostile, server.url) });
    expect(code).toBe(1);
    expect(stderr).toContain(entry.path);
    expect(stderr).not.toMatch(stackTrace);
    expect(await readdir(parent)).toEqual(['data']);
    expect(await readdir(root)).toEqual([]);
    await expect(stat('/tmp/gan-bench-evil.txt')).rejects.toThrow('ENOENT');
  });
});

describe('gan-bench run', { timeout: 120_000 }, () => {
  const place = async () => {
    const folder = await temporaryFolder();
    const dataset = { name: 'cifar100', trainSamples: 4, testSamples: 2 };
    const config = await writeConfig(folder, { dataset, batchSize: 2, epochs: 1 });
    const data = path.join(folder, 'data');
    const out = path.join(folder, 'results');
    const args = ['run', config, '--backend', 'wasm', '--data-dir', data, '--out', out];
    return { folder, data, args, run: path.join(out, 'tiny', 'seed-7') };
  };

  it('fetches what is missing from a mirror, and trains on it', async () => {
    const server = await serve(dropAfter(honest, 700), whole(honest));
    const { args, data, run } = await place();
    const env = officially(honest, 'http://127.0.0.1:9/');
    const ended = await ganBench([...args, '--mirror', server.url], { env });
    expect(ended).toMatchObject({ code: 0 });
    await expectPublished(data);
    const manifest = await manifestOf(run);
    expect(manifest).toMatchObject({ outcome: 'finished', dataset: { name: 'cifar100' } });
    expect(Object.keys(manifest.dataset.checksums).sort()).toEqual(['test.bin', 'train.bin']);
  });

  it('stops a download on Ctrl-C with exit status 130, and goes on with it the next time', async () => {
    const server = await serve(stallAfter(honest, 900), whole(honest));
    const { args, folder, run } = await place();
    const env = { ...officially(honest, server.url), GAN_BENCH_DATA: folder };
    const fromEnvironment = args.filter(
      (word, index) => word !== '--data-dir' && args[index - 1] !== '--data-dir',
    );
    const partial = downloaded(folder, 900);
    const running = start(fromEnvironment, { env });
    await partial;
    running.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(stderr).not.toContain('error');
    expect(code).toBe(130);
    await expect(stat(run)).rejects.toThrow('ENOENT');
    expect(await ganBench(fromEnvironment, { env })).toMatchObject({ code: 0 });
    expect(server.ranges).toEqual([undefined, 'bytes=900-']);
  });

  it('refuses a data set with a label out of range, naming the file', async () => {
    const { args, data, run } = await place();
    const server = await serve(whole(honest));
    const env = officially(honest, server.url);
    expect(await ganBench(fetching(data), { env })).toMatchObject({ code: 0 });
    const file = path.join(data, tiny.folder, 'train.bin');
    const bytes = await readFile(file);
    bytes.writeUInt8(77, 1);
    await writeFile(file, bytes);
    const { code, stderr } = await ganBench(args, { env });
    expect(code).toBe(1);
    expect(stderr).toContain(file);
    expect(stderr).toContain('77');
    expect(stderr).not.toMatch(stackTrace);
    await expect(stat(run)).rejects.toThrow('ENOENT');
  });

  it('refuses a data set whose file is cut off, and does not touch it', async () => {
    const { args, data } = await place();
    const server = await serve(whole(honest));
    const env = officially(honest, server.url);
    expect(await ganBench(fetching(data), { env })).toMatchObject({ code: 0 });
    const file = path.join(data, tiny.folder, 'test.bin');
    await writeFile(file, 'short');
    const { code, stderr } = await ganBench(args, { env });
    expect(code).toBe(1);
    expect(stderr).toContain('test.bin has 5 bytes, expected 6148 (2 records of 3074 bytes)');
    expect(stderr).toContain('gan-bench data fetch cifar100');
    expect(await readFile(file, 'utf8')).toBe('short');
  });
});
