import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataCommand } from '../../src/cli/data.js';
import { DATASETS } from '../../src/data/formats.js';
import { UserError } from '../../src/errors.js';
import { dropAfter, serve, tarGz, temporaryFolder, whole, writeRightShape } from '../data/fixtures.js';
import { capturePrinted, type Printed } from './printed.js';

let printed: Printed;

beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const lines = (): string[] => printed.out.trimEnd().split('\n');
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
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatch(/^cifar100-mini: already there, .*cifar100-mini$/);
  });

  it('answers in JSON, and then shows nothing else', async () => {
    await run('fetch', 'cifar100-mini', '--json');
    expect(JSON.parse(printed.out)).toMatchObject({ name: 'cifar100-mini', downloaded: false });
    expect(printed.err).toBe('');
  });

  it('refuses an archive with the wrong checksum and keeps nothing of it', async () => {
    const server = await serve(whole(wrongArchive));
    const root = await temporaryFolder();
    const error = await failure('fetch', 'cifar100', '--data-dir', root, '--mirror', server.url);
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(/expected md5 03b5dce01913d631647c71ecec9e9cb8, found [0-9a-f]{32}/);
    expect(server.paths).toEqual(['/cifar-100-binary.tar.gz']);
    expect(await readdir(root)).toEqual([]);
  });

  it('goes on after a dropped connection, saying so', async () => {
    const server = await serve(dropAfter(wrongArchive, 50), whole(wrongArchive));
    const root = await temporaryFolder();
    await failure('fetch', 'cifar10', '--data-dir', root, '--mirror', server.url);
    expect(server.ranges).toEqual([undefined, 'bytes=50-']);
    expect(printed.err).toContain('trying again in 0.5 s (4 more before giving up)');
    expect(printed.err).toContain('cifar10: downloading, 0.0 of');
    expect(printed.err).toContain('cifar10: verifying\n');
  });

  it('names the mirror that cannot be reached', async () => {
    const root = await temporaryFolder();
    const error = await failure('fetch', 'cifar100', '--data-dir', root, '--mirror', 'http://127.0.0.1:9/');
    expect(error.message).toContain('http://127.0.0.1:9/cifar-100-binary.tar.gz: connect ECONNREFUSED');
    expect(error.message).toContain('choose another server with --mirror');
    expect(error.exitCode).toBe(1);
  });

  it.each([
    [['fetch', 'cifar1000'], 'unknown data set "cifar1000"; known are cifar100, cifar10, cifar100-mini'],
    [['fetch', 'cifar100', '--mirror', 'here'], '--mirror: found "here", expected an http or https address'],
    [['fetch', 'cifar100', '--data-dir', ''], 'the data folder given is empty'],
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
    expect(lines()[0]).toBe(
      `cifar100: not in ${join(root, 'cifar-100-binary')} (gan-bench data fetch cifar100)`,
    );
    expect(lines()[2]).toContain(
      'cifar100-mini: ok, 1000 training and 500 test images of 100 classes, 10 and 5 each',
    );
    expect(lines()[3]).toBe('  verified: as it came with the program');
    expect(lines()[4]).toMatch(/^ {2}[0-9a-f]{64} {2}train\.bin$/);
  });

  it('warns of files of the right shape that are not the official ones, and does not fail', async () => {
    const root = await temporaryFolder();
    await writeRightShape('cifar100', root);
    await run('verify', 'cifar100', '--data-dir', root);
    expect(lines()[0]).toContain('cifar100: ok, 50000 training');
    expect(lines()[1]).toBe('  differs from the official data');
    expect(printed.err).toMatch(/^warning: cifar100: differs from the official data, in /);
    const expected = 'train.bin, expected f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29';
    expect(printed.err).toMatch(new RegExp(`  [0-9a-f]{64}  ${expected}`));
    expect(printed.err).toContain('test.bin, expected ');
    expect(printed.err).toContain('gan-bench data fetch cifar100');
  });

  it('says of CIFAR-10 that nothing is compared', async () => {
    const root = await temporaryFolder();
    await writeRightShape('cifar10', root);
    await run('verify', 'cifar10', '--data-dir', root);
    expect(lines()[1]).toBe('  not compared: no official checksum is known here');
    expect(printed.err).toBe('');
  });

  it('fails for a data set that is asked for and not there', async () => {
    const root = await temporaryFolder();
    const error = await failure('verify', 'cifar10', '--data-dir', root);
    expect(error.message).toContain('the folder does not exist');
    expect(error.message).toContain('gan-bench data fetch cifar10');
    expect(error.exitCode).toBe(1);
  });

  it('lists every problem of a damaged data set', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'cifar-100-binary');
    await mkdir(folder);
    await writeFile(join(folder, 'train.bin'), 'short');
    const error = await failure('verify', '--data-dir', root);
    expect(error.message).toContain(
      'train.bin has 5 bytes, expected 153700000 (50000 records of 3074 bytes)',
    );
    expect(error.message).toContain('test.bin is missing');
  });

  it('answers in JSON, also when there are problems', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'cifar-100-binary'));
    await failure('verify', '--data-dir', root, '--json');
    expect(lines()).toHaveLength(1);
    expect(JSON.parse(printed.out)).toMatchObject({
      ok: false,
      datasets: [
        { name: 'cifar100', ok: false, verified: 'not compared', images: { train: 0, test: 0 }, files: [] },
        { name: 'cifar100-mini', ok: true, verified: 'official', problems: [] },
      ],
    });
  });

  it('sums the classes up in JSON', async () => {
    await run('verify', 'cifar100-mini', '--json');
    expect(lines()).toHaveLength(1);
    expect(JSON.parse(printed.out)).toEqual({
      ok: true,
      datasets: [
        {
          name: 'cifar100-mini',
          directory: resolve('data/cifar100-mini'),
          ok: true,
          verified: 'official',
          images: { train: 1000, test: 500 },
          imagesPerClass: { train: { min: 10, max: 10 }, test: { min: 5, max: 5 } },
          files: DATASETS['cifar100-mini'].files.map(({ name, records, sha256 }) => ({
            ...{ name, bytes: records * 3074, images: records, sha256, verified: 'official' },
          })),
          problems: [],
        },
      ],
    });
  });

  it.each(['verify', 'fetch'])('%s takes --dir for --data-dir, but not both', async (command) => {
    const root = await temporaryFolder();
    await run(command, 'cifar100-mini', '--dir', root);
    expect(lines()[0]).toContain('cifar100-mini: ');
    const both = dataCommand().exitOverride();
    const commandItself = both.commands.find((found) => found.name() === command);
    commandItself?.exitOverride().configureOutput({ writeErr: () => undefined });
    const parsing = both.parseAsync([command, 'cifar100-mini', '--dir', root, '--data-dir', root], {
      from: 'user',
    });
    await expect(parsing).rejects.toThrow(
      "option '--dir <path>' cannot be used with option '--data-dir <path>'",
    );
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
