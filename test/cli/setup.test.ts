import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { setupCommand } from '../../src/cli/setup.js';
import { setupProgress } from '../../src/cli/setup-progress.js';
import type { Wish } from '../../src/setup/strategies.js';
import { capturePrinted, outputOn, type Printed, Screen } from './printed.js';

let printed: Printed;

beforeEach(() => {
  printed = capturePrinted();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the command asks of set-up. */
async function asked(...args: string[]): Promise<Wish | undefined> {
  let wish: Wish | undefined;
  const command = setupCommand(async (given, progress) => {
    wish = given;
    await progress.stage('compile', () => Promise.resolve());
    return 'all is there';
  });
  await command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(args, { from: 'user' });
  return wish;
}

describe('gan-bench setup', () => {
  it('asks for the library for processors, as it is', async () => {
    expect(await asked()).toEqual({ gpu: false, webgpu: false, force: false });
  });

  it('asks for more when told to', async () => {
    expect(await asked('--gpu', '--webgpu', '--force')).toEqual({ gpu: true, webgpu: true, force: true });
  });

  it('answers with what came of it, and tells of the stages beside', async () => {
    await asked();
    expect(printed.out).toMatch(/^all is there\n\nNext: .*gan-bench run --preset smoke\n$/);
    expect(printed.err).toMatch(/^… compile\n✓ compile \(\d+\.\d s\)\n$/);
  });

  it.each([['--cuda'], ['gpu'], ['--gpu=yes']])('refuses %s', async (argument) => {
    await expect(asked(argument)).rejects.toThrow();
  });
});

describe('the stages of a set-up', () => {
  /** What is shown while a stage goes on that took 2 s so far, and after two, the second of which failed. */
  async function moments(columns?: number) {
    const screen = new Screen(columns);
    let milliseconds = 0;
    const progress = setupProgress(outputOn(screen), () => milliseconds);
    let during: string[] = [];
    const work = () => {
      during = screen.shown();
      milliseconds += 2000;
      return Promise.resolve(7);
    };
    await progress.stage('download', work, { describe: (parts) => `${parts} parts` });
    await progress.stage('unpack', () => Promise.reject(new Error('broken'))).catch(() => undefined);
    return { during, after: screen.shown() };
  }

  it('have a spinner on a terminal, and one line each when they end', async () => {
    expect(await moments(80)).toEqual({
      during: ['⠋ download 0.0 s'],
      after: ['✓ download: 7 parts (2.0 s)', '✗ unpack (0.0 s)', ''],
    });
  });

  it('say when they begin, elsewhere', async () => {
    expect(await moments()).toEqual({
      during: ['… download', ''],
      after: ['… download', '✓ download: 7 parts (2.0 s)', '… unpack', '✗ unpack (0.0 s)', ''],
    });
  });
});
