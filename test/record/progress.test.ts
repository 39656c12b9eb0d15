import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { epochLine, progressDisplay } from '../../src/record/progress.js';
import { epochEvent, epochMetrics, runStarted, stepEvent } from './helpers.js';

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 120;
  text = '';

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

describe('progressDisplay', () => {
  it('writes a line per epoch where there is no terminal', async () => {
    const output = new Screen(false);
    const display = progressDisplay({ output, isTerminal: false, quiet: false });
    for (const event of [runStarted(), stepEvent(1), epochEvent(1), epochEvent(2)]) await display.on(event);
    expect(output.text).toBe(
      'seed 42  3 epochs of 10 steps\n' +
        'seed 42  epoch 1/3  lr 6e-4  loss 3.413  train 18.2 %  test 20.1 %  grad std 3.3e-3  413 img/s  12.3 s\n' +
        'seed 42  epoch 2/3  lr 6e-4  loss 3.413  train 18.2 %  test 20.1 %  grad std 3.3e-3  413 img/s  12.3 s\n',
    );
  });

  it('says where a resumed run goes on', async () => {
    const output = new Screen(false);
    await progressDisplay({ output, isTerminal: false, quiet: false }).on(runStarted({ epoch: 1, step: 12 }));
    expect(output.text).toBe('seed 42  3 epochs of 10 steps, resumed at step 12 (1 epoch done)\n');
  });

  it('says where a run ends that is shorter than its epochs', async () => {
    const output = new Screen(false);
    const event = { ...runStarted(), totalSteps: 4 };
    await progressDisplay({ output, isTerminal: false, quiet: false }).on(event);
    expect(output.text).toBe('seed 42  3 epochs of 10 steps, ends after 4 steps\n');
  });

  it('writes nothing when quiet', async () => {
    for (const isTerminal of [true, false]) {
      const output = new Screen(isTerminal);
      const display = progressDisplay({ output, isTerminal, quiet: true });
      for (const event of [runStarted(), stepEvent(1), epochEvent(1)]) await display.on(event);
      await display.close?.();
      expect(output.text).toBe('');
    }
  });

  it('draws a bar with epoch, loss, accuracies and time left on a terminal', async () => {
    const output = new Screen(true);
    let milliseconds = 0;
    const display = progressDisplay({ output, isTerminal: true, quiet: false, now: () => milliseconds });
    await display.on(runStarted({ epoch: 1, step: 10 }));
    // Ten of the twenty steps that are left took a minute.
    milliseconds = 60_000;
    await display.on(stepEvent(20));
    await display.on(epochEvent(2));
    await display.on({ type: 'checkpoint', directory: 'x', epoch: 2, step: 20 });
    await display.on({ type: 'run-interrupted', epoch: 2, step: 20 });
    expect(output.text).toContain('seed 42  epoch 2/3 [===-------] starting  loss -  train -  test -');
    expect(output.text).toContain(
      'seed 42  epoch 2/3 [=======---] 1 min left  loss 4.05  train 18.2 %  test 20.1 %',
    );
    expect(output.text.endsWith('\n')).toBe(true);
    const ended = output.text;
    await display.close?.();
    expect(output.text).toBe(ended);
  });
});

describe('epochLine', () => {
  it('keeps three digits of the learning rate', () => {
    expect(epochLine(1, 9, epochMetrics(1, { learningRate: 1e-3 * 0.75 ** 3 }))).toContain('  lr 4.22e-4  ');
    expect(epochLine(1, 9, epochMetrics(1, { learningRate: 0.1 }))).toContain('  lr 1e-1  ');
  });
});
