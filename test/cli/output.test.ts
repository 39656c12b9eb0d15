import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { Output } from '../../src/cli/output.js';
import { outputOn, Screen } from './printed.js';

/** A stream that refuses everything, with the code of a failed system call. */
function broken(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(`${code}: it is broken, write`), { code }));
    },
  });
}

/** What answers a write by throwing, as files did in older versions of Node. */
class Thrower extends Writable {
  override write(): boolean {
    throw Object.assign(new Error('ENOSPC: no space, write'), { code: 'ENOSPC' });
  }
}

function isCallback(done: unknown): done is (error: Error) => void {
  return typeof done === 'function';
}

describe('what is printed', () => {
  it('goes to its stream, in whole lines', () => {
    const [out, err] = [new Screen(), new Screen()];
    const output = new Output(out, err);
    output.print('an answer');
    output.tell('a\nremark');
    output.printJson({ a: [1] });
    expect(out.text).toBe('an answer\n{\n  "a": [\n    1\n  ]\n}\n');
    expect(err.text).toBe('a\nremark\n');
  });

  it('is obeyed by no terminal, whoever wrote it', () => {
    const [out, err] = [new Screen(80), new Screen(80)];
    const output = new Output(out, err);
    output.print('\u001b]0;title\u0007 \u009b2J');
    output.printJson('\u009b2J');
    output.tell('\u001b[2J\r\u202e');
    output.setStatus('\u001b[31m');
    expect(out.text).toBe('\\u001b]0;title\\u0007 \\u009b2J\n"\\u009b2J"\n');
    expect(err.text).toBe('\\u001b[2J\\r\\u202e\n\r\\u001b[31m\u001b[K');
  });

  it('counts the answers for a program', () => {
    const output = outputOn(new Screen());
    output.print('{}');
    expect(output.documents).toBe(0);
    output.printJson({});
    expect(output.documents).toBe(1);
  });
});

describe('a stream that fails', () => {
  it.each(['EPIPE', 'EIO'])('with %s, since nobody reads it, is nothing to tell', async (code) => {
    const output = new Output(broken(code), broken(code));
    for (let line = 0; line < 3; line++) {
      output.print('an answer');
      output.tell('a remark');
    }
    expect(await output.flush()).toBeUndefined();
  });

  it.each([
    ['ENOSPC', broken('ENOSPC')],
    ['ENOSPC', new Thrower()],
    ['EFBIG', broken('EFBIG')],
  ])('with %s costs the answer, which is told', async (code, stream) => {
    const output = new Output(stream, new Screen());
    output.print('an answer');
    output.print('and more');
    const missing = await output.flush();
    expect(missing).toMatchObject({ code: 'io', exitCode: 1 });
    expect(missing?.message).toContain(`standard output could not be written: ${code}: `);
  });

  it('is not written to again once its reader is gone, and the first of several failures is told', async () => {
    const written: string[] = [];
    const codes = ['ENOSPC', 'EFBIG', 'EPIPE'];
    const stream = new (class extends Writable {
      override write(text: string, done?: unknown): boolean {
        const code = codes[written.push(text) - 1] ?? 'EIO';
        if (isCallback(done)) done(Object.assign(new Error(`${code}: it is broken`), { code }));
        return true;
      }
    })();
    const output = new Output(stream, new Screen());
    for (const answer of ['1', '2', '3', '4']) output.print(answer);
    expect((await output.flush())?.message).toContain('ENOSPC');
    expect(written).toEqual(['1\n', '2\n', '3\n']);
  });

  it('and is standard error takes nothing with it', async () => {
    const out = new Screen();
    const output = new Output(out, broken('ENOSPC'));
    output.tell('a remark');
    output.print('an answer');
    expect(await output.flush()).toBeUndefined();
    expect(out.text).toBe('an answer\n');
  });
});
