import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ends, makeRun } from '../record/run-folders.js';
import { runConfig } from '../support/runs.js';
import { ganBench, temporaryFolder } from './support.js';

it('compares the runs of a small study', async () => {
  const folder = await temporaryFolder();
  const study = { none: [0.5, 0.5, 0.5], gan: [0.519, 0.52, 0.521] } as const;
  for (const [gradient, accuracies] of Object.entries(study)) {
    for (const [index, accuracy] of accuracies.entries()) {
      const run = {
        config: runConfig({ optimizer: { gradient } }),
        accuracies: [accuracy],
        end: ends.finished,
      };
      await makeRun(join(folder, gradient), index + 1, run);
    }
  }
  const { code, stdout, stderr } = await ganBench(['compare', folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // 2 ± 4.30265 · 0.1 / √3.
  expect(stdout).toMatch(/gan +3 +52\.00 ± 0\.10 +\+2\.00 \[\+1\.75, \+2\.25\] +better\n/);
});
