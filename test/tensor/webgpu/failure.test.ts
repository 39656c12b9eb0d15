import { describe, expect, it } from 'vitest';

import { UserError } from '../../../src/errors.js';
import { Failure } from '../../../src/tensor/webgpu/device.js';

const LOST = new UserError('engine', 'the device is lost');
const LATER = new UserError('engine', 'what follows from it');

describe('the failure of a device', () => {
  it('lets work come to its end while there is none', async () => {
    const failure = new Failure();
    failure.check();
    expect(await failure.during(Promise.resolve(7))).toBe(7);
  });

  it('ends work that would never end', async () => {
    const failure = new Failure();
    const waiting = failure.during(new Promise(() => undefined));
    failure.tell(LOST);
    await expect(waiting).rejects.toBe(LOST);
  });

  it('counts before the errors that follow from it', async () => {
    const failure = new Failure();
    failure.tell(LOST);
    failure.tell(LATER);
    expect(() => {
      failure.check();
    }).toThrow(LOST);
    await expect(failure.during(Promise.resolve(7))).rejects.toBe(LOST);
  });

  it('refuses the result of work in which it came', async () => {
    const failure = new Failure();
    const work = Promise.resolve().then(() => {
      failure.tell(LOST);
      return 7;
    });
    await expect(failure.during(work)).rejects.toBe(LOST);
  });

  it('leaves the error of the work itself', async () => {
    const failure = new Failure();
    await expect(failure.during(Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
  });
});
