import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureDataset } from '../../src/library/data.js';
import { serve, status, temporaryFolder, writeRightShape } from '../data/fixtures.js';

let shown: string[];

beforeEach(() => {
  shown = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('ensuring a data set for a run', () => {
  const online = { offline: false, pause: () => Promise.resolve() };

  it('asks nobody when it is there', async () => {
    const { downloaded } = await ensureDataset('cifar100-mini', '/nowhere', { ...online, offline: true });
    expect(downloaded).toBe(false);
  });

  it('says how to get it when it must not download', async () => {
    const root = await temporaryFolder();
    const ensuring = ensureDataset('cifar100', root, { ...online, offline: true });
    await expect(ensuring).rejects.toMatchObject({ code: 'data', exitCode: 1 });
    await expect(ensuring).rejects.toThrow(join(root, 'cifar-100-binary'));
    await expect(ensuring).rejects.toThrow(`gan-bench data fetch cifar100 --data-dir ${root}`);
  });

  it('refuses a wrong mirror, also when nothing has to be fetched', async () => {
    const root = await temporaryFolder();
    await writeRightShape('cifar10', root);
    const ensuring = ensureDataset('cifar10', root, { ...online, mirror: 'file:///data' });
    await expect(ensuring).rejects.toMatchObject({ code: 'usage' });
  });

  it('downloads what is missing, silently', async () => {
    const server = await serve(status(404));
    const root = await temporaryFolder();
    await expect(ensureDataset('cifar100', root, { ...online, mirror: server.url })).rejects.toThrow(
      'the server answered with status 404',
    );
    expect(server.paths).toHaveLength(1);
    expect(shown).toEqual([]);
  });
});
