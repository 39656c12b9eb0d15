import { describe, expect, it } from 'vitest';

import {
  argumentOf,
  directiveOf,
  memberOptions,
  option,
  outputPattern,
  placeOptions,
} from '../../../src/sweep/slurm/options.js';

const slurm = {
  ...{ partition: 'gpu', account: 'vision', qos: 'long', constraint: 'zen3|zen4' },
  ...{ gres: 'gpu:1', time: '12:00:00', mem: '8G', cpus: 4, maxParallel: 2 },
  ...{ setup: ['module load nodejs'], extra: { nice: 100, exclusive: true as const, comment: 'a b' } },
};

describe('the options of sbatch', () => {
  it('are those that the sweep file names, each under its flag', () => {
    expect(placeOptions(slurm).map(argumentOf)).toEqual([
      ...['--partition=gpu', '--account=vision', '--qos=long', '--constraint=zen3|zen4'],
      ...['--nice=100', '--exclusive', '--comment=a b'],
    ]);
    expect(memberOptions(slurm).map(argumentOf)).toEqual([
      ...['--gres=gpu:1', '--time=12:00:00', '--mem=8G', '--cpus-per-task=4'],
    ]);
  });

  it('are left to the cluster where the file is silent', () => {
    const silent = { setup: [], extra: {} };
    expect([...placeOptions(silent), ...memberOptions(silent)]).toEqual([]);
  });

  it('stand in a script as sbatch reads it: quotes and backslashes are escaped, all else stays', () => {
    expect(directiveOf(option('requeue'))).toBe('#SBATCH --requeue');
    expect(directiveOf(option('time', '2-00:30'))).toBe('#SBATCH --time=2-00:30');
    expect(directiveOf(option('comment', String.raw`a "b" 'c' \d #e $(f)`))).toBe(
      String.raw`#SBATCH --comment="a \"b\" 'c' \\d #e $(f)"`,
    );
    expect(directiveOf(option('comment', ''))).toBe('#SBATCH --comment=""');
  });

  it('cannot begin a line of their own in a script', () => {
    expect(() => directiveOf(option('chdir', '/a\nrm -rf /'))).toThrow(
      String.raw`--chdir: found "/a\nrm -rf /"; SLURM takes no control characters`,
    );
  });

  it('keep a folder apart from the patterns that SLURM fills in', () => {
    expect(outputPattern('/data/50%/a', '%A_%a.log')).toBe('/data/50%%/a/%A_%a.log');
  });
});
