import { describe, expect, it } from 'vitest';

import { readScriptOptions } from '../../scripts/support/script.js';
import { UserError } from '../../src/errors.js';
import { setupOptionsSchema } from '../../src/setup/options.js';

const read = (...args: string[]) =>
  readScriptOptions(args, setupOptionsSchema, { name: 'setup', description: 'Sets up.' });

describe("set-up's options", () => {
  it('are off by default', () => {
    expect(read()).toEqual({ gpu: false, force: false, legacyInstaller: false });
  });

  it('are read', () => {
    expect(read('--gpu', '--force')).toMatchObject({ gpu: true, force: true });
    expect(read('--legacy-installer')).toMatchObject({ legacyInstaller: true });
  });

  it.each([['--cuda'], ['gpu'], ['--gpu=yes']])('refuse %s as a mistake in usage', (argument) => {
    expect(() => read(argument)).toThrow(UserError);
    expect(() => read(argument)).toThrow(expect.objectContaining({ code: 'usage', exitCode: 2 }));
  });
});
