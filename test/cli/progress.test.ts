import { describe, expect, it } from 'vitest';

import { epochLine, progressDisplay } from '../../src/cli/progress.js';
import { epochEvent, epochMetrics, runStarted, stepEvent } from '../record/helpers.js';
import { outputOn, Screen } from './printed.js';

describe('progressDisplay', () => {
  it('writes a line per epoch where there is no terminal', async () => {
    const screen = new Screen();
    const display = progressDisplay({ output: outputOn(screen), quiet: false });
    for (const event of [runStarted(), stepEvent(1), epochEvent(1), epochEvent(2)]) await display.on(event);
    await display.close?.();
    expect(screen.text).toBe(
      'seed 42  3 epochs of 10 steps\n' +
        'seed 42  epoch 1/3  lr 6e-4  loss 3.413  train 18.2 %  test 20.1 %  grad std 3.3e-3  413 img/s  12.3 s\n' +
        'seed 42  epoch 2/3  lr 6e-4  loss 3.413  train 18.2 %  test 20.1 %  grad std 3.3e-3  413 img/s  12.3 s\n',
    );
  });

  it('says where a resumed run goes on', async () => {
    const screen = new Screen();
    await progressDisplay({ output: outputOn(screen), quiet: false }).on(runStarted({ epoch: 1, step: 12 }));
    expect(screen.text).toBe('seed 42  3 epochs of 10 steps, resumed at step 12 (1 epoch done)\n');
  });

  it('says where a run ends that is shorter than its epochs', async () => {
    const screen = new Screen();
    const event = { ...runStarted(), totalSteps: 4 };
    await progressDisplay({ output: outputOn(screen), quiet: false }).on(event);
    expect(screen.text).toBe('seed 42  3 epochs of 10 steps, ends after 4 steps\n');
  });

  it('writes nothing when quiet', async () => {
    for (const screen of [new Screen(80), new Screen()]) {
      const display = progressDisplay({ output: outputOn(screen), quiet: true });
      for (const event of [runStarted(), stepEvent(1), epochEvent(1)]) await display.on(event);
      await display.close?.();
      expect(screen.text).toBe('');
    }
  });
});

describe('progressDisplay on a terminal', () => {
  /** The screen while epoch 2 of a resumed run is trained, after it, and when the run was interrupted. */
  async function moments(columns: number) {
    const screen = new Screen(columns);
    const output = outputOn(screen);
    let milliseconds = 0;
    const display = progressDisplay({ output, quiet: false, now: () => milliseconds });
    await display.on(runStarted({ epoch: 1, step: 10 }));
    const started = screen.shown();
    // Ten of the twenty steps that are left took a minute.
    milliseconds = 60_000;
    await display.on(stepEvent(20));
    output.tell('note: something else');
    const during = screen.shown();
    await display.on(epochEvent(2));
    await display.on({ type: 'checkpoint', directory: 'x', epoch: 2, step: 20 });
    const after = screen.shown();
    await display.on({ type: 'run-interrupted', epoch: 2, step: 20 });
    const ended = screen.shown();
    await display.close?.();
    expect(screen.shown()).toEqual(ended);
    return { started, during, after, ended };
  }

  it('draws a bar with epoch, loss, accuracies and time left, and leaves a line an epoch behind', async () => {
    const start = 'seed 42  3 epochs of 10 steps, resumed at step 10 (1 epoch done)';
    const note = 'note: something else';
    const epoch =
      'seed 42  epoch 2/3  lr 6e-4  loss 3.413  train 18.2 %  test 20.1 %  grad std 3.3e-3  413 img/s  12.3 s';
    expect(await moments(120)).toEqual({
      started: [start, 'seed 42  epoch 2/3  [===-------]  starting'],
      during: [start, note, 'seed 42  epoch 2/3  [=======---]  1 min left  loss 4.05  train 25.0 %'],
      after: [
        start,
        note,
        epoch,
        'seed 42  epoch 2/3  [=======---]  1 min left  loss 4.05  train 18.2 %  test 20.1 %',
      ],
      ended: [start, note, epoch, ''],
    });
  });

  it('drops what a narrow terminal has no room for', async () => {
    const { after } = await moments(50);
    expect(after.slice(2)).toEqual([
      'seed 42  epoch 2/3  loss 3.413  test 20.1 %',
      'seed 42  epoch 2/3  [=======---]  1 min left',
    ]);
    expect((await moments(20)).after.slice(2)).toEqual(['epoch 2/3', 'epoch 2/3']);
  });
});

describe('epochLine', () => {
  it('keeps three digits of the learning rate', () => {
    expect(epochLine(1, 9, epochMetrics(1, { learningRate: 1e-3 * 0.75 ** 3 }))).toContain('  lr 4.22e-4  ');
    expect(epochLine(1, 9, epochMetrics(1, { learningRate: 0.1 }))).toContain('  lr 1e-1  ');
  });
});
