import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
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

/** A process that has ended while its parent, which is `end`ed later, never asks for it. */
async function zombie(): Promise<{ readonly pid: number; readonly end: () => void }> {
  // The shell would ask for its child, so it first becomes something that does not; only then its child ends.
  const parent = spawn('sh', ['-c', 'exec 3<&0; cat <&3 & echo $!; exec sleep 600']);
  const line: unknown[] = await once(parent.stdout, 'data');
  const pid = Number(String(line[0]));
  const stat = (of: number | undefined): Promise<string> => readFile(`/proc/${of ?? ''}/stat`, 'utf8');
  while (!(await stat(parent.pid)).includes('(sleep)')) await new Promise(setImmediate);
  parent.stdin.end();
  while (!(await stat(pid)).includes(') Z ')) await new Promise(setImmediate);
  return { pid, end: () => parent.kill() };
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

  it.runIf(existsSync('/proc/self/stat'))('is taken over from a zombie, which keeps its number', async () => {
    const root = await temporaryFolder();
    const { pid, end } = await zombie();
    try {
      const left = `tiny.tar.gz.${deadTag().replace(/-\d+-/, `-${pid}-`)}.part`;
      await writeFile(join(root, left), archiveBytes.subarray(0, 300));
      const { server } = await fetchFrom([whole(archiveBytes)], { root });
      expect(server.ranges).toEqual(['bytes=300-']);
      await expectPublished(root);
    } finally {
      end();
    }
  });

  it('is removed where it is no file, and what a link leads to is not written', async () => {
    const root = await temporaryFolder();
    const elsewhere = join(await temporaryFolder(), 'own.txt');
    await writeFile(elsewhere, 'x'.repeat(300));
    await symlink(elsewhere, join(root, partName));
    execFileSync('mkfifo', [join(root, `tiny.tar.gz.${deadTag()}.part`)]);
    const { server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(server.ranges).toEqual([undefined]);
    await expectPublished(root);
    expect(await readFile(elsewhere, 'utf8')).toBe('x'.repeat(300));
  });

  it('does not hide why a fetch failed where it cannot be kept', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, partName, 'folder'), { recursive: true });
    const { message } = await fetchFrom([dropAfter(archiveBytes, 100), status(404)], { root });
    expect(message).toContain('the server answered with status 404');
    expect(await readdir(root)).toEqual([partName]);
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

