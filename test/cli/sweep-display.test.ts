import { describe, expect, it } from 'vitest';

import { sweepDisplay } from '../../src/cli/sweep-display.js';
import { Output } from '../../src/cli/output.js';
import type { SweepEvent } from '../../src/sweep/events.js';
import { outputOn, Screen } from './printed.js';
import {
  memberFailed,
  memberFinished,
  memberInterrupted,
  memberNote,
  memberPassedOver,
  memberProgress,
  memberStarted,
  sweepFinished,
  sweepStarted,
} from './sweep-events.js';

/** A display whose events come at chosen seconds. */
function displayOn(screen: Screen, { quiet = false } = {}) {
  let seconds = 0;
  const output = outputOn(screen);
  const display = sweepDisplay({ output, quiet, json: false, now: () => seconds * 1000 });
  return {
    output,
    display,
    at: (time: number, ...events: readonly SweepEvent[]): string[] => {
      seconds = time;
      for (const event of events) display.on(event);
      return screen.shown();
    },
  };
}

const START = 'sweep toy in results/toy: 4 members; 2 workers of 1 thread';
const FAILED = [
  'gan/seed-2: failed: it ran out of memory (SIGKILL)',
  '    epoch 1',
  String.raw`    \u001b[31mkilled`,
];

describe('sweepDisplay on a terminal', () => {
  it('shows a line a worker and one for the whole, and leaves behind what happened', () => {
    const { at, display } = displayOn(new Screen(100));
    expect(at(0, sweepStarted())).toEqual([START, 'toy  0/4 finished  [----------]']);
    at(0, memberStarted(10, 1, { running: 1 }));
    expect(at(0, memberStarted(2, 0, { running: 2 }, 2))).toEqual([
      START,
      'gan/seed-2   epoch 3/4  [=====-----]  starting',
      'gan/seed-10  epoch 1/4  [----------]  starting',
      'toy  0/4 finished  2 running  [=---------]',
    ]);
    // Worker 1 does a quarter of a member, 2.5 of its 10 units, in the 60 s after its first word.
    at(5, memberProgress(10, 1, 0));
    const during = at(65, memberProgress(10, 1, 10, 180));
    // 20 of the waiting members, 5 and 7.5 of those that run: 32.5 units of 24 s, shared by two.
    expect(during.slice(1)).toEqual([
      'gan/seed-2   epoch 3/4  [=====-----]  starting',
      'gan/seed-10  epoch 2/4  [===-------]  test 10.0 %  3 min left',
      'toy  0/4 finished  2 running  [==--------]  7 min left',
    ]);
    const failed = at(70, memberFailed(2, 0, false, { running: 1, failed: 1 }));
    expect(failed).toEqual([START, ...FAILED, ...failed.slice(-2)]);
    expect(failed.at(-1)).toBe('toy  0/4 finished  1 running  1 failed  [=---------]  6 min left');
    const done = at(
      245,
      memberFinished(10, 1, { finished: 1, failed: 1 }),
      memberPassedOver(1, { finished: 1, failed: 1, elsewhere: 1 }),
      memberStarted(3, 1, { finished: 1, failed: 1, elsewhere: 1, running: 1 }),
      memberNote(3, 1, 'note: no GPU'),
      memberInterrupted(3, 1, { finished: 1, failed: 1, elsewhere: 1, interrupted: 1 }),
      sweepFinished({ finished: 1, failed: 1, elsewhere: 1, interrupted: 1 }),
    );
    expect(done.slice(4)).toEqual([
      'gan/seed-10: finished, test accuracy 45.67 %',
      'gan/seed-1: passed over: is in use by process 7 on the machine "elsewhere"',
      'gan/seed-3: note: no GPU',
      'gan/seed-3: interrupted',
      'toy: 1/4 finished  1 failed  1 interrupted  1 elsewhere',
      '',
    ]);
    display.close();
    expect(at(245)).toEqual(done);
  });

  it('drops what a narrow terminal has no room for, and workers where it is low', () => {
    const screen = new Screen(31, 3);
    const { at } = displayOn(screen);
    at(0, sweepStarted(), memberStarted(1, 0, { running: 1 }), memberStarted(2, 1, { running: 2 }));
    at(1, memberProgress(1, 0, 10, 300), memberProgress(2, 1, 10, 300));
    expect(screen.shown().slice(1)).toEqual(['gan/seed-1  epoch 2/4', '0/4 finished  2 running']);
  });

  it('does not draw every step of every worker', () => {
    const screen = new Screen(100);
    const { at } = displayOn(screen);
    at(0, sweepStarted(), memberStarted(1, 0, { running: 1 }));
    const drawn = screen.text;
    at(0.05, memberProgress(1, 0, 10, 300));
    expect(screen.text).toBe(drawn);
    expect(at(0.15, memberProgress(1, 0, 20, 300)).at(-2)).toContain('epoch 3/4');
  });
});

describe('sweepDisplay where there is no terminal', () => {
  it('writes a line at the start and end of each member, with the tally and the time left', () => {
    const screen = new Screen();
    const { at } = displayOn(screen);
    at(0, sweepStarted({ finished: 1 }), memberStarted(1, 0, { finished: 1, running: 1 }));
    at(0, memberStarted(2, 1, { finished: 1, running: 2 }, 2), memberProgress(1, 0, 0));
    at(40, memberProgress(1, 0, 10, 120));
    // The third epoch comes within 30 s, the fourth late enough.
    at(50, memberProgress(1, 0, 20, 60), memberFailed(2, 1, true, { finished: 1, running: 1 }));
    at(70, memberProgress(1, 0, 30, 30));
    at(100, memberFinished(1, 0, { finished: 2 }));
    at(100, sweepFinished({ finished: 2, interrupted: 2 }));
    expect(screen.shown()).toEqual([
      'sweep toy in results/toy: 4 members, 1 finished; 2 workers of 1 thread',
      'gan/seed-1: started, 4 epochs',
      'gan/seed-2: resumed after epoch 2 of 4',
      'gan/seed-1  epoch 1/4  test 10.0 %  2 min left',
      'gan/seed-2: failed (it will be tried again): it ran out of memory (SIGKILL)',
      ...FAILED.slice(1),
      // 5 units in 50 s; 20 wait and 5 are left of the member that runs.
      '1/4 finished  1 running  2 min left',
      'gan/seed-1  epoch 3/4  test 30.0 %  30 s left',
      'gan/seed-1: finished, test accuracy 45.67 %',
      // A whole member, of 10 units, took 100 s.
      '2/4 finished  2 min left',
      'toy: 2/4 finished  2 interrupted',
      '',
    ]);
  });

  it('shows no time left before anything is known', () => {
    const screen = new Screen();
    const { at } = displayOn(screen);
    at(0, sweepStarted(), memberStarted(1, 0, { running: 1 }), memberInterrupted(1, 0, { interrupted: 1 }));
    expect(screen.shown().at(-2)).toBe('0/4 finished  1 interrupted');
  });
});

describe('sweepDisplay', () => {
  it.each([new Screen(80), new Screen()])('tells only failures and notes when quiet', (screen) => {
    const { at } = displayOn(screen, { quiet: true });
    at(0, sweepStarted(), memberStarted(2, 0, { running: 1 }), memberNote(2, 0, 'note: no GPU'));
    at(
      9,
      memberProgress(2, 0, 10, 9),
      memberFailed(2, 0, false, { failed: 1 }),
      sweepFinished({ failed: 1 }),
    );
    expect(screen.shown()).toEqual(['gan/seed-2: note: no GPU', ...FAILED, '']);
  });

  it('writes each event as a line for a program', () => {
    const [out, err] = [new Screen(), new Screen()];
    const display = sweepDisplay({ output: new Output(out, err), quiet: true, json: true });
    const events = [
      sweepStarted(),
      memberStarted(2, 0, { running: 1 }),
      memberProgress(2, 0, 10, 9),
      memberFailed(2, 0, false, {}),
    ];
    for (const event of events) display.on(event);
    display.close();
    expect(
      out.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(events);
    expect(err.shown()).toEqual([...FAILED, '']);
  });
});
