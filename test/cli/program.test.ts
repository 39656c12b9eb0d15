import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { main } from '../../src/cli/program.js';
import * as registry from '../../src/models/registry.js';
import { capturePrinted, type Printed } from './printed.js';

vi.mock('../../src/models/registry.js', { spy: true });

const answerSchema = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });

let printed: Printed;

beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('the exit status', () => {
  it.each([
    [0, ['schema']],
    [0, ['--help']],
    [0, ['help', 'run']],
    [0, ['--version']],
    [2, []],
    [2, ['no-such-command']],
    [2, ['models', '--no-such-option']],
    [2, ['models', '--classes', 'ten']],
    [2, ['run', 'no-such-file.json']],
    [2, ['data', 'verify', 'no-such-data']],
    [1, ['data', 'verify', 'cifar10', '--data-dir', 'no-such-folder']],
  ])('is %i after %j', async (status, args) => {
    expect(await main(args)).toBe(status);
    expect(status === 0 ? printed.err : printed.out).toBe('');
  });
});

describe('an error of the user', () => {
  it('is told in one piece, without where it came from', async () => {
    await main(['run', 'no-such-file.json']);
    expect(printed.err).toMatch(/^error: no-such-file\.json has a problem:\n {2}no-such-file\.json: .*\n$/);
  });

  it('is told with where it came from under --debug', async () => {
    await main(['--debug', 'run', 'no-such-file.json']);
    expect(printed.err).toMatch(/^error: [^]*\n {4}at /);
  });

  it.each([
    [['rum'], "unknown command 'rum'\n(Did you mean run?)\n"],
    [['run', 'a.json', '--sead', '1'], "unknown option '--sead'\n(Did you mean --seed?)\n"],
    [['run', 'a.json', '--backend', 'wsam'], '--backend: found "wsam"; allowed: auto, '],
    [['run', 'a.json', '--backend', 'wsam'], 'did you mean "wasm"?\n'],
    [['run', 'a.json', '--min-accuracy', '4%'], '--min-accuracy: found "4%"; allowed: a number from 0 to 1'],
    [['run', 'a.json', '--min-accuracy', ''], '--min-accuracy: found ""; allowed: a number from 0 to 1'],
    [['run', 'a.json', '--seed', '-1'], '--seed: found "-1"; allowed: a whole number from 0 on'],
  ])('names what %j may have meant', async (args, text) => {
    expect(await main(args)).toBe(2);
    expect(printed.err).toContain(text);
  });

  it('says nothing that a terminal would obey', async () => {
    const attack = '\u001b]0;title\u0007\u009b2J';
    for (const args of [['run', `${attack}.json`], ['run', 'a.json', '--set', `${attack}=1`], [attack]])
      expect(await main(args)).toBe(2);
    expect(printed.err).toContain('\\u001b]0;title\\u0007\\u009b2J');
    expect(printed.err).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('an error under --json', () => {
  it.each([
    [['run', 'a.json', '--json', '--backend', 'x'], 2, 'usage', '--backend: found "x"; allowed: auto, '],
    [['run', '--json'], 2, 'usage', 'found neither a configuration nor --preset'],
    [['models', '--json', '--no-such-option'], 2, 'usage', "unknown option '--no-such-option'"],
    [['validate', '--json'], 2, 'usage', "missing required argument 'file'"],
    [['doctor', '--json', 'x'], 2, 'usage', 'too many arguments'],
    [['bench', '--json', '--steps', '0'], 2, 'usage', '--steps: found "0"'],
    [['data', 'fetch', 'nothing', '--json'], 2, 'usage', 'unknown data set "nothing"'],
  ])('after %j is a document too', async (args, status, code, text) => {
    expect(await main(args)).toBe(status);
    const { error } = answerSchema.parse(JSON.parse(printed.out));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect(printed.err).toContain(text);
  });

  it('has each problem of a configuration', async () => {
    expect(await main(['run', 'no-such-file.json', '--json', '--set', 'epoch=1'])).toBe(2);
    expect(JSON.parse(printed.out)).toMatchObject({
      error: {
        code: 'config',
        problems: [{ source: 'no-such-file.json' }, { source: '--set epoch=1', key: 'epoch' }],
      },
    });
  });

  it('is left to the answer where one was printed', async () => {
    expect(await main(['data', 'verify', 'cifar10', '--data-dir', 'no-such-folder', '--json'])).toBe(1);
    expect(JSON.parse(printed.out)).toMatchObject({ ok: false, datasets: [{ name: 'cifar10', ok: false }] });
  });
});

describe('an error of the program', () => {
  beforeEach(() => {
    vi.mocked(registry.modelNames).mockImplementation(() => {
      throw new Error('a bug');
    });
  });

  it('has exit status 1 and says how to see more', async () => {
    expect(await main(['models'])).toBe(1);
    expect(printed.err).toBe('error: a bug\n(--debug shows where it came from)\n');
  });

  it('is told with where it came from under --debug', async () => {
    expect(await main(['models', '--debug'])).toBe(1);
    expect(printed.err).toMatch(/^error: a bug\nError: a bug\n {4}at /);
  });

  it('is named so under --json', async () => {
    expect(await main(['models', '--json'])).toBe(1);
    expect(JSON.parse(printed.out)).toEqual({ error: { code: 'internal', message: 'a bug' } });
  });
});
