import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { main } from '../../src/cli/program.js';

let printed: string[];
let said: unknown[];

beforeEach(() => {
  printed = [];
  said = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: unknown) => void said.push(line));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.stdout.removeAllListeners('error');
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
    [2, ['run', 'no-such-file.json']],
    [2, ['data', 'verify', 'no-such-data']],
    [1, ['data', 'verify', 'cifar10', '--data-dir', 'no-such-folder']],
  ])('is %i after %j', async (status, args) => {
    expect(await main(args)).toBe(status);
    expect(status === 0 ? said : printed).toEqual([]);
  });
});

describe('an error of the user', () => {
  it('is told in one piece, without where it came from', async () => {
    await main(['run', 'no-such-file.json']);
    expect(said).toEqual([expect.stringMatching(/^error: no-such-file\.json has a problem:\n/)]);
  });

  it('is told with where it came from under --debug', async () => {
    await main(['--debug', 'run', 'no-such-file.json']);
    expect(said).toEqual([expect.stringMatching(/^error: /), expect.objectContaining({ code: 'config' })]);
  });
});

describe('an error of the program', () => {
  const bug = new Error('a bug');
  beforeEach(() => {
    vi.spyOn(console, 'log').mockImplementation(() => {
      throw bug;
    });
  });

  it('has exit status 1 and says how to see more', async () => {
    expect(await main(['models'])).toBe(1);
    expect(said).toEqual(['error: a bug', '(--debug shows where it came from)']);
  });

  it('is told with where it came from under --debug', async () => {
    expect(await main(['models', '--debug'])).toBe(1);
    expect(said).toEqual(['error: a bug', bug]);
  });
});
