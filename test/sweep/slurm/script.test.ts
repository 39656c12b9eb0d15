import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { option } from '../../../src/sweep/slurm/options.js';
import { scriptText } from '../../../src/sweep/slurm/script.js';

const script = {
  comment: ['Three members.'],
  options: [option('array', '0-2%2'), option('requeue')],
  setup: ['export COLOUR=red'],
  command: ['/opt/a b/node', 'sweep', 'member', "it's"],
  rest: '"$SLURM_ARRAY_TASK_ID"',
};

describe('a batch script', () => {
  it('has its options, then what sets the node up, then the program in its place', () => {
    const lines = scriptText(script).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      ...['#!/bin/bash', '# Three members.', '#SBATCH --array=0-2%2', '#SBATCH --requeue'],
    ]);
    expect(lines.slice(-3)).toEqual([
      'export COLOUR=red',
      String.raw`exec '/opt/a b/node' sweep member 'it'\''s' "$SLURM_ARRAY_TASK_ID"`,
      '',
    ]);
  });

  it('hands the words on as they are, and the number of its task', () => {
    const command = ['printf', '<%s>', "it's", '$(touch pwned)', '#', ''];
    const { stdout, status } = run(scriptText({ ...script, command }), { SLURM_ARRAY_TASK_ID: '4' });
    expect({ stdout, status }).toEqual({ stdout: "<it's><$(touch pwned)><#><><4>", status: 0 });
  });

  it('fails with a line of the set-up that fails, and is not ended by the warning meanwhile', () => {
    expect(run(scriptText({ ...script, setup: ['false'], command: ['echo'] })).status).toBe(1);
    const warned = run(
      scriptText({ ...script, setup: ['kill -USR2 $$'], command: ['echo', 'there'], rest: '' }),
    );
    expect(warned.stdout).toBe('there\n');
  });
});

function run(text: string, env: Readonly<Record<string, string>> = {}) {
  return spawnSync('bash', ['-c', text], { encoding: 'utf8', env: { ...process.env, ...env } });
}
