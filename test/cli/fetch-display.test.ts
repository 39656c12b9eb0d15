import { describe, expect, it } from 'vitest';

import { fetchDisplay } from '../../src/cli/fetch-display.js';
import { outputOn, Screen } from './printed.js';

/** What is shown in the middle of a download that began a minute ago, and after a retry. */
function moments(columns?: number) {
  const screen = new Screen(columns);
  let milliseconds = 0;
  const display = fetchDisplay('cifar100', outputOn(screen), () => milliseconds);
  display.onProgress({ phase: 'download', done: 0, total: 160e6 });
  milliseconds = 60_000;
  display.onProgress({ phase: 'download', done: 48.4e6, total: 160e6 });
  const during = screen.shown();
  display.onRetry({ reason: 'The connection broke', pauseMs: 500, triesLeft: 4 });
  display.onProgress({ phase: 'extract', done: 1, total: 2 });
  display.stop();
  return { during, after: screen.shown() };
}

describe('how far a fetch is', () => {
  it('is a bar on a terminal, which goes when the fetch ends', () => {
    // 111.6 MB are left at 48.4 MB a minute: 138 s.
    expect(moments(80)).toEqual({
      during: ['cifar100: downloading  [===-------]  30 %  48.4 of 160.0 MB  2 min left'],
      after: ['cifar100: The connection broke; trying again in 0.5 s (4 more before giving up)', ''],
    });
  });

  it('drops what a narrow terminal has no room for', () => {
    expect(moments(50).during).toEqual(['cifar100: downloading  [===-------]  30 %']);
  });

  it('is a line a phase, and at every tenth of the download, elsewhere', () => {
    expect(moments().after).toEqual([
      'cifar100: downloading, 0.0 of 160.0 MB (0%)',
      'cifar100: downloading, 48.4 of 160.0 MB (30%)',
      'cifar100: The connection broke; trying again in 0.5 s (4 more before giving up)',
      'cifar100: extracting',
      '',
    ]);
  });
});
