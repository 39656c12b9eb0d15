import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchArchive, fetchDataset } from '../../src/data/fetch.js';
import { isPresent } from '../../src/data/paths.js';
import { archive, archiveBytes, expectPublished, fetchFrom, patient } from './fetching.js';
import { type Answer, describeArchive, dropAfter, serve, temporaryFolder, tiny, whole, writeDataset } from './fixtures.js';

describe('a fetch', () => {
  it('publishes the extracted folder and leaves nothing else behind', async () => {
    const { root, result, server } = await fetchFrom([whole(archiveBytes)]);
    expect(result).toEqual({ directory: join(root, tiny.folder), downloaded: true });
    await expectPublished(root);
    expect(server.paths).toEqual(['/tiny.tar.gz']);
  });

  it('makes the data root', async () => {
    const root = join(await temporaryFolder(), 'deep', 'data');
    await fetchFrom([whole(archiveBytes)], { root });
    await expectPublished(root);
  });

  it('asks no server when the files are there', async () => {
    const root = await temporaryFolder();
    const directory = await writeDataset(tiny, root);
    const { result, server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(result).toEqual({ directory, downloaded: false });
    expect(server.paths).toEqual([]);
  });

  it('reports its three phases in order, each up to its end', async () => {
    const seen: string[] = [];
    await fetchFrom([whole(archiveBytes)], {
      onProgress: ({ phase, done, total }) => {
        if (done === total) seen.push(phase);
      },
    });
    expect(seen).toEqual(['download', 'verify', 'extract']);
  });

  it('refuses to replace a folder that is not the data set', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, tiny.folder));
    await writeFile(join(root, tiny.folder, 'train.bin'), 'mine');
    const { message, server } = await fetchFrom([whole(archiveBytes)], { root });
    expect(message).toContain('train.bin has 4 bytes, expected 12296 (4 records of 3074 bytes)');
    expect(message).toContain('remove or rename the folder');
    expect(server.paths).toEqual([]);
    expect(await readFile(join(root, tiny.folder, 'train.bin'), 'utf8')).toBe('mine');
  });

  it('says so when the data root cannot be made', async () => {
    const root = join(await temporaryFolder(), 'file', 'data');
    await writeFile(join(root, '..'), '');
    const { error, message } = await fetchFrom([whole(archiveBytes)], { root });
    expect(error).toMatchObject({ code: 'io' });
    expect(message).toContain(root);
    expect(message).toContain('--data-dir');
  });

  it('downloads nothing for the embedded data set', async () => {
    const root = await temporaryFolder();
    const { downloaded, directory } = await fetchDataset({ name: 'cifar100-mini', root });
    expect(downloaded).toBe(false);
    expect(await isPresent('cifar100-mini', root)).toBe(true);
    expect(directory).not.toContain(root);
  });
});

describe('a mirror', () => {
  it.each([
    ['a folder', 'cifar', '/cifar/tiny.tar.gz'],
    ['a folder with a slash and a query', 'cifar/?token=1', '/cifar/tiny.tar.gz?token=1'],
    ['an archive', 'other-name.tar.gz', '/other-name.tar.gz'],
  ])('may be the address of %s', async (_, address, requested) => {
    const server = await serve(whole(archiveBytes));
    await fetchArchive(tiny, archive, { root: await temporaryFolder(), mirror: server.url + address });
    expect(server.paths).toEqual([requested]);
  });

  it.each(['not an address', 'ftp://example.org/'])('is refused when it is %s', async (mirror) => {
    const root = await temporaryFolder();
    const fetching = fetchArchive(tiny, archive, { root, mirror });
    await expect(fetching).rejects.toMatchObject({ code: 'usage' });
    await expect(fetching).rejects.toThrow(`--mirror: found "${mirror}"`);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('a wrong file', () => {
  it('is removed before anything is extracted, and the message has both checksums', async () => {
    const wrong = Buffer.from(archiveBytes);
    wrong[200] = (wrong[200] ?? 0) ^ 1;
    const { root, message, error } = await fetchFrom([whole(wrong)]);
    expect(error).toMatchObject({ code: 'data', exitCode: 1 });
    expect(message).toContain(
      `expected md5 ${archive.md5}, found ${describeArchive(wrong).md5} (${wrong.length} bytes`,
    );
    expect(message).toContain('choose another one with --mirror');
    expect(await readdir(root)).toEqual([]);
  });

  it('is not downloaded when it is larger than the archive', async () => {
    const { root, message } = await fetchFrom([whole(Buffer.alloc(archiveBytes.length + 1))]);
    expect(message).toContain(`more than the ${archiveBytes.length} bytes expected`);
    expect(await readdir(root)).toEqual([]);
  });

  it('is cut off when it turns out larger than the archive', async () => {
    const endless: Answer = (_, response) => {
      response.writeHead(200);
      const send = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
      };
      response.on('drain', send);
      send();
    };
    const { message } = await fetchFrom([endless]);
    expect(message).toContain(`sends more than the ${archiveBytes.length} bytes expected`);
  });
});

describe('fetches at the same time', () => {
  it('publish one whole data set and all succeed', async () => {
    const root = await temporaryFolder();
    const server = await serve(dropAfter(archiveBytes, 200), whole(archiveBytes));
    const fetches = Array.from({ length: 4 }, () =>
      fetchArchive(tiny, archive, { root, mirror: server.url, ...patient }),
    );
    for (const { directory } of await Promise.all(fetches)) expect(directory).toBe(join(root, tiny.folder));
    await expectPublished(root);
  });
});
