import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { SweepFileSchema } from '../../../src/sweep/definition.js';
import { planSubmission } from '../../../src/sweep/slurm/plan.js';
import { memberOf, sweepOf } from '../members.js';

const members = [1, 2, 3, 4, 5].map((seed) => memberOf('results/study', 'gan', seed));
const slurm = {
  partition: 'gpu',
  gres: 'gpu:1',
  cpus: 2,
  mem: '8G',
  time: '60',
  maxParallel: 2,
  setup: ['ulimit -n'],
};
const sweep = {
  ...sweepOf('results/study', members),
  definition: SweepFileSchema.parse({ base: {}, slurm }),
};
const plan = planSubmission({
  ...{ sweep, members, directory: 'results/study/slurm/1', largestArray: 3 },
  program: ['/usr/bin/node', '/opt/gan-bench.js'],
  args: ['--offline'],
});

describe('the plan of a submission', () => {
  it('has an array for as many members as the cluster allows, and one for the rest', () => {
    expect(plan.arrays.map((array) => array.members)).toEqual([
      ['gan/seed-1', 'gan/seed-2', 'gan/seed-3'],
      ['gan/seed-4', 'gan/seed-5'],
    ]);
    const [first, second] = plan.arrays.map(({ text }) => text.split('\n'));
    expect(first).toContain('#SBATCH --array=0-2%2');
    expect(second).toContain('#SBATCH --array=0-1%2');
    const file = path.resolve('results/study/slurm/1/members.json');
    const command = `exec /usr/bin/node /opt/gan-bench.js sweep member --offline ${file}`;
    expect(first).toContain(`${command} "$SLURM_ARRAY_TASK_ID"`);
    expect(second).toContain(`${command} "$((SLURM_ARRAY_TASK_ID + 3))"`);
  });

  it('asks for what the file says, and for the warning and the requeueing that members rest on', () => {
    const lines = plan.arrays[0]?.text.split('\n') ?? [];
    expect(lines).toEqual(
      expect.arrayContaining([
        ...['#SBATCH --requeue', '#SBATCH --open-mode=append', '#SBATCH --signal=B:USR2@120'],
        `#SBATCH --output=${path.resolve('results/study/slurm/1')}/%A_%a.log`,
        `#SBATCH --chdir=${process.cwd()}`,
        ...[
          '#SBATCH --partition=gpu',
          '#SBATCH --gres=gpu:1',
          '#SBATCH --cpus-per-task=2',
          '#SBATCH --mem=8G',
        ],
        ...['#SBATCH --time=60', 'ulimit -n'],
      ]),
    );
  });

  it('ends with a small job where the members may run, too', () => {
    const lines = plan.summaries.text.split('\n');
    expect(lines).toContain('#SBATCH --partition=gpu');
    expect(lines).toContain('#SBATCH --time=10');
    expect(plan.summaries.text).not.toMatch(/gres|--mem|--requeue/);
  });

  it('gives every job a name of its own, another one each time', () => {
    const again = planSubmission({
      ...{ sweep: { ...sweep, name: 'a,b c' }, members, directory: 'd', largestArray: 3 },
      ...{ program: ['node'], args: [] },
    });
    const names = [plan, again].flatMap(({ arrays, summaries }) =>
      [...arrays, summaries].map(({ name }) => name),
    );
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^(sweep|a-b-c)-[\da-f]{8}-(1|2|summaries)$/);
  });
});
