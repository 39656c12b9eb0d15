import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataCommand, ensureDataset } from '../../src/cli/data.js';
import { UserError } from '../../src/errors.js';
import { dropAfter, serve, status, tarGz, temporaryFolder, whole } from '../data/fixtures.js';

let printed: string[];
let shown: string[];

beforeEach(() => {
  printed = [];
  shown = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const pause = (): Promise<void> => Promise.resolve();

async function run(...words: string[]): Promise<void> {
  await dataCommand({ pause }).parseAsync(words, { from: 'user' });
}

/** The error that the command ends with. */
async function failure(...words: string[]): Promise<UserError> {
  const error: unknown = await run(...words).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error('no UserError', { cause: error });
  return error;
}

const wrongArchive = tarGz([{ path: 'cifar-100-binary/train.bin', content: 'not it' }]);

describe('gan-bench data fetch', () => {
  it('says that the embedded data set is there already', async () => {
    await run('fetch', 'cifar100-mini');
    expect(printed).toHaveLength(1);
    expect(printed[0]).toMatch(/^cifar100-mini: already there, .*cifar100-mini$/);
  });

  it('answers in JSON, and then shows nothing else', async () => {
    await run('fetch', 'cifar100-mini', '--json');
    expect(JSON.parse(printed.join(''))).toMatchObject({ name: 'cifar100-mini', downloaded: false });
    expect(shown).toEqual([]);
  });

  it('refuses an archive with the wrong checksum and keeps nothing of it', async () => {
    const server = await serve(whole(wrongArchive));
    const root = await temporaryFolder();
    const error = await failure('fetch', 'cifar100', '--dir', root, '--mirror', server.url);
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(/expected md5 03b5dce01913d631647c71ecec9e9cb8, found [0-9a-f]{32}/);
    expect(server.paths).toEqual(['/cifar-100-binary.tar.gz']);
    expect(await readdir(root)).toEqual([]);
  });

  it('goes on after a dropped connection, saying so', async () => {
    const server = await serve(dropAfter(wrongArchive, 50), whole(wrongArchive));
    const root = await temporaryFolder();
    await failure('fetch', 'cifar10', '--dir', root, '--mirror', server.url);
    expect(server.ranges).toEqual([undefined, 'bytes=50-']);
    expect(shown.join('')).toContain('trying again in 0.5 s (4 more before giving up)');
    expect(shown.join('')).toContain('cifar10: downloading, 0 of');
    expect(shown.join('')).toContain('cifar10: verifying\n');
  });

  it('names the mirror that cannot be reached', async () => {
    const root = await temporaryFolder();
    const error = await failure('fetch', 'cifar100', '--dir', root, '--mirror', 'http://127.0.0.1:9/');
    expect(error.message).toContain('http://127.0.0.1:9/cifar-100-binary.tar.gz: connect ECONNREFUSED');
    expect(error.message).toContain('choose another server with --mirror');
    expect(error.exitCode).toBe(1);
  });

  it.each([
    [['fetch', 'cifar1000'], 'unknown data set "cifar1000"; known are cifar100, cifar10, cifar100-mini'],
    [['fetch', 'cifar100', '--mirror', 'here'], '--mirror: found "here", expected an http or https address'],
    [['fetch', 'cifar100', '--dir', ''], 'the data folder given is empty'],
    [['verify', 'mnist'], 'unknown data set "mnist"'],
  ])('%j is a usage error', async (words, message) => {
    vi.stubEnv('GAN_BENCH_DATA', await temporaryFolder());
    const error = await failure(...words);
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(2);
  });
});

describe('gan-bench data verify', () => {
  it('checks what is there and says how to get the rest', async () => {
    const root = await temporaryFolder();
    vi.stubEnv('GAN_BENCH_DATA', root);
    await run('verify');
    expect(printed[0]).toBe(
      `cifar100: not in ${join(root, 'cifar-100-binary')} (gan-bench data fetch cifar100)`,
    );
    expect(printed[2]).toContain(
      'cifar100-mini: ok, 1000 training and 500 test images of 100 classes, 10 and 5 each',
    );
    expect(printed[3]).toMatch(/^ {2}[0-9a-f]{64} {2}train\.bin$/);
  });

  it('fails for a data set that is asked for and not there', async () => {
    const root = await temporaryFolder();
    const error = await failure('verify', 'cifar10', '--dir', root);
    expect(error.message).toContain('the folder does not exist');
    expect(error.message).toContain('gan-bench data fetch cifar10');
    expect(error.exitCode).toBe(1);
  });

  it('lists every problem of a damaged data set', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'cifar-100-binary');
    await mkdir(folder);
    await writeFile(join(folder, 'train.bin'), 'short');
    const error = await failure('verify', '--dir', root);
    expect(error.message).toContain(
      'train.bin has 5 bytes, expected 153700000 (50000 records of 3074 bytes)',
    );
    expect(error.message).toContain('test.bin is missing');
  });

  it('answers in JSON, also when there are problems', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'cifar-100-binary'));
    await failure('verify', '--dir', root, '--json');
    expect(JSON.parse(printed.join('\n'))).toMatchObject([
      { name: 'cifar100', ok: false },
      { name: 'cifar100-mini', ok: true, problems: [] },
    ]);
  });
});

describe('the help', () => {
  it.each(['fetch', 'verify'])('of %s has an example', (name) => {
    let help = '';
    const command = dataCommand().commands.find((found) => found.name() === name);
    command?.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
    expect(help).toContain(`$ gan-bench data ${name}`);
    expect(help).toContain('GAN_BENCH_DATA');
  });
});

describe('ensuring a data set for a run', () => {
  const quiet = { offline: false, quiet: true, pause };

  it('asks nobody when it is there', async () => {
    const { downloaded } = await ensureDataset('cifar100-mini', '/nowhere', { ...quiet, offline: true });
    expect(downloaded).toBe(false);
  });

  it('says how to get it when it must not download', async () => {
    const root = await temporaryFolder();
    const ensuring = ensureDataset('cifar100', root, { ...quiet, offline: true });
    await expect(ensuring).rejects.toMatchObject({ code: 'data', exitCode: 1 });
    await expect(ensuring).rejects.toThrow(join(root, 'cifar-100-binary'));
    await expect(ensuring).rejects.toThrow(`gan-bench data fetch cifar100 --dir ${root}`);
  });

  it('downloads what is missing, silently when quiet', async () => {
    const server = await serve(status(404));
    const root = await temporaryFolder();
    await expect(ensureDataset('cifar100', root, { ...quiet, mirror: server.url })).rejects.toThrow(
      'the server answered with status 404',
    );
    expect(server.paths).toHaveLength(1);
    expect(shown).toEqual([]);
  });
});
