import { describe, expect, it } from 'vitest';
import { Tail } from '../../src/sweep/tail.js';

describe('the tail of what a process writes', () => {
  it('is its last lines, however they came', () => {
    const tail = new Tail(2);
    const stream = tail.stream();
    for (const text of ['on', 'e\ntwo\r\nth', 'ree\n']) stream.write(text);
    expect(tail.lines).toEqual(['two', 'three']);
  });

  it('has the last line also where it does not end', () => {
    const tail = new Tail(2);
    const stream = tail.stream();
    stream.write('Killed');
    expect(tail.lines).toEqual([]);
    stream.end();
    expect(tail.lines).toEqual(['Killed']);
  });

  it('keeps the lines of two streams apart', () => {
    const tail = new Tail(3);
    const [out, err] = [tail.stream(), tail.stream()];
    out.write('out');
    err.write('error\n');
    out.write('put\n');
    expect(tail.lines).toEqual(['error', 'output']);
  });

  it('cuts what is long, also where it never ends', () => {
    const tail = new Tail(20);
    const stream = tail.stream();
    for (let part = 0; part < 100; part++) stream.write('x'.repeat(100));
    stream.end();
    expect(tail.lines).toEqual([`${'x'.repeat(299)}…`]);
  });
});
