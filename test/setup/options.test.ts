import { describe, expect, it } from 'vitest';

import { parseSetupOptions } from '../../src/setup/options.js';
import { UserError } from '../../src/errors.js';

describe('parseSetupOptions', () => {
  it('has everything off by default', () => {
    expect(parseSetupOptions([])).toEqual({ gpu: false, force: false, help: false });
  });

  it('reads the options', () => {
    expect(parseSetupOptions(['--gpu', '--force'])).toMatchObject({ gpu: true, force: true });
    expect(parseSetupOptions(['-h'])).toMatchObject({ help: true });
  });

  it.each([['--cuda'], ['gpu'], ['--gpu=yes']])('refuses %s as a mistake in usage', (argument) => {
    try {
      parseSetupOptions([argument]);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
      expect(error).toHaveProperty('message', expect.stringContaining('--gpu, --force, --help'));
    }
  });
});
