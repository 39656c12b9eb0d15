import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { Output } from '../../src/cli/output.js';
import { outputOn, Screen } from './printed.js';

describe('the status line', () => {
  it('stays below what is told and printed, and goes when it is taken away', () => {
    const screen = new Screen(40);
    const output = new Output(screen, screen);
    output.setStatus('working, and long enough');
    output.tell('a remark');
    output.print('an answer');
    output.setStatus('done');
    expect(screen.shown()).toEqual(['a remark', 'an answer', 'done']);
    output.setStatus(undefined);
    output.tell('the end');
    expect(screen.shown()).toEqual(['a remark', 'an answer', 'the end', '']);
  });

  it('leaves the last column free, so that no terminal begins a new line', () => {
    const screen = new Screen(10);
    outputOn(screen).setStatus('0123456789 0123456789');
    expect(screen.shown()).toEqual(['012345678']);
  });

  it('is not shown where there is no terminal', () => {
    const screen = new Screen();
    const output = outputOn(screen);
    output.setStatus('working');
    output.tell('a remark');
    expect(screen.text).toBe('a remark\n');
    expect(output.terminalColumns).toBeUndefined();
  });

  it('is not shown on a terminal that can do nothing, nor written again when it stays the same', () => {
    const screen = new Screen(40);
    const output = outputOn(screen);
    output.setStatus('working');
    const before = screen.text;
    output.setStatus('working');
    expect(screen.text).toBe(before);
    vi.stubEnv('TERM', 'dumb');
    onTestFinished(() => void vi.unstubAllEnvs());
    output.setStatus('done');
    expect(screen.text).toBe(before);
  });

  it('is left alone by answers that go elsewhere', () => {
    const [out, err] = [new Screen(), new Screen(40)];
    const output = new Output(out, err);
    output.setStatus('working');
    const before = err.text;
    output.print('an answer');
    expect([out.text, err.text]).toEqual(['an answer\n', before]);
  });

  it('takes 80 columns where a terminal does not say how many it has', () => {
    expect(outputOn(new Screen(0)).terminalColumns).toBe(80);
  });
});

describe('a status of several lines', () => {
  const lines = ['worker 0', 'worker 1', 'worker 2', 'the whole'];

  it('is drawn over itself, below what is told and printed, and goes when it is taken away', () => {
    const screen = new Screen(40);
    const output = new Output(screen, screen);
    output.setStatus(lines);
    output.tell('a remark');
    output.setStatus(lines.slice(2));
    expect(screen.shown()).toEqual(['a remark', 'worker 2', 'the whole']);
    output.print('an\nanswer');
    output.setStatus(lines.slice(1));
    expect(screen.shown()).toEqual(['a remark', 'an', 'answer', ...lines.slice(1)]);
    output.setStatus(undefined);
    output.tell('the end');
    expect(screen.shown()).toEqual(['a remark', 'an', 'answer', 'the end', '']);
  });

  it('is never blank while it is drawn over', () => {
    const screen = new Screen(40);
    const output = outputOn(screen);
    output.setStatus(lines);
    const before = screen.text.length;
    output.setStatus(lines.with(1, 'worker 1 is at work'));
    const redrawn = screen.text.slice(before);
    for (const { index: end } of redrawn.matchAll(/\p{Cc}/gu)) {
      const moment = new Screen(40);
      moment.text = screen.text.slice(0, before) + redrawn.slice(0, end);
      expect(moment.shown()).toHaveLength(lines.length);
      expect(moment.shown().map((line) => line.length > 0)).toEqual(lines.map(() => true));
    }
  });

  it('leaves a row of the terminal free: lines go from the end, but the last one stays', () => {
    const screen = new Screen(40, 4);
    const output = outputOn(screen);
    output.tell('a remark');
    output.setStatus(lines);
    expect(screen.shown()).toEqual(['a remark', 'worker 0', 'worker 1', 'the whole']);
    screen.resize(40, 2);
    output.setStatus(lines);
    output.tell('another');
    expect(screen.shown().slice(-2)).toEqual(['another', 'the whole']);
    const smallest = new Screen(40, 1);
    outputOn(smallest).setStatus(lines);
    expect(smallest.shown()).toEqual(['the whole']);
  });

  it('leaves nothing behind where somebody draws the window narrower or wider', () => {
    const screen = new Screen(40);
    const output = outputOn(screen);
    output.tell('a remark');
    for (const columns of [40, 15, 60, 7, 11]) {
      screen.resize(columns, 24);
      output.setStatus(lines.map((line) => `${line}, and on and on`));
      const room = columns - 1;
      expect(screen.shown()).toEqual([
        'a remark',
        ...lines.map((line) => `${line}, and on and on`.slice(0, room)),
      ]);
    }
    screen.resize(5, 24);
    output.tell('another remark');
    output.setStatus(undefined);
    expect(screen.shown()).toEqual(['a remark', 'another remark', '']);
  });

  it('is of as many lines as were given, whatever is in them', () => {
    const screen = new Screen(40);
    outputOn(screen).setStatus(['one\nand two', 'the whole']);
    expect(screen.shown()).toEqual([String.raw`one\nand two`, 'the whole']);
  });

  it('leaves what was told alone, whatever is told and shown in turn', () => {
    const text = fc.string({ maxLength: 40 });
    const step = fc.oneof(
      fc.record({ told: text }),
      fc.record({ status: fc.array(text, { maxLength: 8 }) }),
      fc.record({ status: fc.constant(undefined) }),
    );
    fc.assert(
      fc.property(
        fc.array(step),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (steps, columns, rows) => {
          const screen = new Screen(columns, rows);
          const output = outputOn(screen);
          const plain = new Screen();
          for (const each of steps) {
            if ('told' in each) for (const one of [output, outputOn(plain)]) one.tell(each.told);
            else output.setStatus(each.status);
          }
          output.setStatus(undefined);
          expect(screen.shown()).toEqual(plain.shown());
        },
      ),
    );
  });

  it('is not shown where there is no terminal', () => {
    const screen = new Screen();
    outputOn(screen).setStatus(lines);
    expect(screen.text).toBe('');
  });
});
