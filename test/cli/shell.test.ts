import { describe, expect, it } from 'vitest';

import { resumeCommand } from '../../src/cli/shell.js';

describe('the command that resumes', () => {
  it('is the one that was given, with --resume', () => {
    expect(resumeCommand(['run', 'a b.json', '--seed', '1'], {})).toBe(
      "gan-bench run 'a b.json' --seed 1 --resume",
    );
    expect(resumeCommand(['run', 'a.json', '--resume', '--quiet'], {})).toBe(
      'gan-bench run a.json --resume --quiet',
    );
  });

  it('has --resume among the options, where arguments that look like some follow', () => {
    expect(resumeCommand(['run', '--', '--resume'], {})).toBe('gan-bench run --resume -- --resume');
  });

  it('names npx where that or an npm script was used', () => {
    expect(resumeCommand([], { npm_command: 'run' })).toBe('npx gan-bench --resume');
    expect(resumeCommand(['run', 'a.json'], { npm_command: 'exec' })).toBe(
      'npx gan-bench run a.json --resume',
    );
  });
});
