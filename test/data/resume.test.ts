import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchArchive } from '../../src/data/fetch.js';
import { archive, archiveBytes, expectPublished, fetchFrom, partName, patient } from './fetching.js';
import { dropAfter, ignoringRanges, status, temporaryFolder, tiny, whole, writeDataset } from './fixtures.js';

/** The tag of an attempt by a process of this machine that no longer runs. */
function deadTag(): string {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  return `${hostname().replaceAll(/[^A-Za-z0-9.]/g, '_')}-${pid}-0123abcd`;
}

describe('a broken connection', () => {
  it('goes on with a Range request where it stopped', async () => {
    const { root, server } = await fetchFrom([
      dropAfter(archiveBytes, 100),
      dropAfter(archiveBytes, 150),
      whole(archiveBytes),
    ]);
    expect(server.ranges).toEqual([undefined, 'bytes=100-', 'bytes=250-']);
    await expectPublished(root);
  });

  it('may break any number of times as long as new bytes arrive', async () => {
    const step = Math.ceil(archiveBytes.length / 12);
    const { root, server } = await fetchFrom([dropAfter(archiveBytes, step)]);
    expect(server.ranges.length).toBe(12);
    await expectPublished(root);
  });

  it('starts over when the server ignores the range', async () => {
    const { root } = await fetchFrom([dropAfter(archiveBytes, 100), ignoringRanges(archiveBytes)]);
    await expectPublished(root);
  });

  it('starts over when the server sends another range', async () => {
    const other = status(206, { 'content-range': `bytes 7-9/${archiveBytes.length}` });
    const { root, server } = await fetchFrom([dropAfter(archiveBytes, 100), other, whole(archiveBytes)]);
    expect(server.ranges).toEqual([undefined, 'bytes=100-', undefined]);
    await expectPublished(root);
  });

  it('is tried again after 503 and 429, with growing pauses', async () => {
    const pauses: number[] = [];
    const { root } = await fetchFrom([status(503), status(429), status(500), whole(archiveBytes)], {
      pause: (milliseconds) => {
        pauses.push(milliseconds);
        return Promise.resolve();
      },
    });
    expect(pauses).toEqual([500, 1000, 2000]);
    await expectPublished(root);
  });

  it('is given up after five tries without a new byte; the part is kept and the next fetch goes on', async () => {
    const retries: string[] = [];
    const first = await fetchFrom([dropAfter(archiveBytes, 100), dropAfter(archiveBytes, 0)], {
      onRetry: ({ triesLeft }) => retries.push(`${triesLeft} left`),
    });
    expect(first.error).toMatchObject({ code: 'data' });
    expect(first.message).toContain('5 tries in a row brought nothing');
    expect(first.message).toContain(`the first 100 bytes are kept in ${join(first.root, partName)}`);
    expect(first.message).toContain('--mirror');
    expect(retries).toEqual(['4 left', '3 left', '2 left', '1 left']);
    expect(await readdir(first.root)).toEqual([partName]);

    const second = await fetchFrom([whole(archiveBytes)], { root: first.root });
    expect(second.server.ranges).toEqual(['bytes=100-']);
    await expectPublished(first.root);
  });

  it('names the server that cannot be reached', async () => {
    const root = await temporaryFolder();
    const fetching = fetchArchive(tiny, archive, { root, ...patient });
    await expect(fetching).rejects.toThrow(/^http:\/\/127\.0\.0\.1:9\/tiny\.tar\.gz: connect ECONNREFUSED/);
    expect(await readdir(root)).toEqual([]);
  });

  it('is not tried again when the server says 404', async () => {
    const { server, message } = await fetchFrom([status(404)]);
    expect(message).toContain('tiny.tar.gz: the server answered with status 404');
    expect(server.paths.length).toBe(1);
  });

  it('ends when aborted, and the next fetch goes on', async () => {
    const controller = new AbortController();
    const root = await temporaryFolder();
    const first = await fetchFrom([dropAfter(archiveBytes, 100)], {
      root,
      signal: controller.signal,
      onRetry: () => {
        controller.abort(new Error('stopped'));
      },
    });
    expect(first.error).toEqual(new Error('stopped'));
    const second = await fetchFrom([whole(archiveBytes)], { root });
    expect(second.server.ranges).toEqual(['bytes=100-']);
    await expectPublished(root);
  });
});

describe('what earlier attempts left', () => {
  it('is taken over from a killed process, its staging folder removed', async () => {
    const root = await temporaryFolder();
    const tag = deadTag();
    await writeFile(join(root, `tiny.tar.gz.${tag}.part`), archiveBytes.subarray(0, 300));
    await writeFile(join(root, partName), archiveBytes.subarray(0, 20));
    await mkdir(join(root, `tiny.tar.gz.${tag}.extracted`, tiny.folder), { recursive: true });
    const { server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(server.ranges).toEqual(['bytes=300-']);
    await expectPublished(root);
  });

  it('is left alone while its process lives', async () => {
    const root = await temporaryFolder();
    const other = `tiny.tar.gz.${deadTag().replace(/-\d+-/, `-${process.ppid}-`)}.part`;
    await writeFile(join(root, other), archiveBytes.subarray(0, 300));
    const { server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(server.ranges).toEqual([undefined]);
    expect(await readFile(join(root, other))).toHaveLength(300);
  });

  it('is removed once the data set is there', async () => {
    const root = await temporaryFolder();
    await writeDataset(tiny, root);
    await writeFile(join(root, `tiny.tar.gz.${deadTag()}.part`), 'x');
    await fetchFrom([whole(archiveBytes)], { root });
    await expectPublished(root);
  });

  it('needs no server when it is whole already', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, partName), archiveBytes);
    const { server } = await fetchFrom([status(404)], { root });
    expect(server.paths).toEqual([]);
    await expectPublished(root);
  });

  it('is thrown away when it is not the beginning of the archive', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, partName), randomBytes(300));
    const { server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(server.ranges).toEqual(['bytes=300-', undefined]);
    await expectPublished(root);
  });

  it('is thrown away when it is longer than the file on the server', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, partName), randomBytes(archiveBytes.length + 5));
    const { server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(server.ranges).toEqual([`bytes=${archiveBytes.length + 5}-`, undefined]);
    await expectPublished(root);
  });
});

