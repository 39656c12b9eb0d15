import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ends, makeRun } from '../record/run-folders.js';
import { runConfig } from '../support/runs.js';
import { ganBench, temporaryFolder } from './support.js';

describe('with validation images', () => {
  /** Two configurations with two seeds each; the second is better by 10 points on the test, by 20 on the validation images. */
  async function study(holdsOut: (gradient: string) => boolean): Promise<string> {
    const folder = await temporaryFolder();
    for (const [gradient, gain] of [
      ['none', 0],
      ['gan', 1],
    ] as const) {
      const validation = holdsOut(gradient) ? 100 : undefined;
      const config = runConfig({ optimizer: { gradient }, dataset: { name: 'cifar100-mini', validation } });
      for (const seed of [1, 2]) {
        const accuracy = 0.4 + 0.01 * seed;
        await makeRun(join(folder, gradient), seed, {
          ...{ config, end: ends.finished, accuracies: [accuracy + 0.1 * gain] },
          validation: validation === undefined ? undefined : [accuracy + 0.2 * gain],
        });
      }
    }
    return folder;
  }

  it('goes by these where every run has them, and by what is asked for', async () => {
    const folder = await study(() => true);
    const usual = await ganBench(['compare', folder]);
    expect(usual).toMatchObject({ code: 0, stderr: '' });
    expect(usual.stdout).toMatch(/^validation: Validation accuracy after the last epoch/);
    expect(usual.stdout).toMatch(/gan +2 +61\.50 .*\+20\.00/);
    const asked = await ganBench([
      'compare',
      folder,
      '--metric',
      'last',
      '--metric',
      'test-at-best-validation',
    ]);
    expect(asked.stdout).toMatch(/^last: Test accuracy[^]*gan +2 +51\.50[^]*test-at-best-validation: /);
  });

  it('goes by the test accuracy and says so where only some runs have them, and refuses what none has', async () => {
    const mixed = await ganBench(['compare', await study((gradient) => gradient === 'gan')]);
    expect(mixed.code).toBe(0);
    expect(mixed.stdout).toMatch(/^last: /);
    expect(mixed.stderr).toContain('note: only some of the runs have validation images (dataset.validation)');
    const none = await ganBench(['compare', await study(() => false), '--metric', 'validation']);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('metric "validation": none of the runs has validation images.');
  });
});

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
