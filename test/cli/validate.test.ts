import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { validateCommand } from '../../src/cli/validate.js';
import { capturePrinted, type Printed } from './printed.js';

let folder: string;
let wrong: string;
let printed: Printed;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gan-bench-validate-'));
  wrong = join(folder, 'wrong.json');
  await writeFile(wrong, '{ "model": "resnet20",\n  "epoch": 3 }');
  printed = capturePrinted();
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function validate(...args: string[]): Promise<void> {
  await validateCommand().parseAsync(args, { from: 'user' });
}

const lines = (text: string): string[] => text.trimEnd().split('\n');

describe('gan-bench validate', () => {
  it('sums each right file up in a line', async () => {
    await validate('configs/resnet20-gan.json', 'configs/smoke.json');
    expect(lines(printed.out)).toStrictEqual([
      'configs/resnet20-gan.json: OK: resnet20 on cifar100, gan + adamw at 0.001, 200 epochs × 3 seeds (42, 52, 62)',
      'configs/smoke.json: OK: resnet20 on cifar100-mini, gan + adamw at 0.001, 5 epochs × 1 seed (42)',
    ]);
    expect(printed.err).toBe('');
    expect(process.exitCode).toBeUndefined();
  });

  it('checks with the overrides', async () => {
    await validate(
      'configs/vgg16bn-adamw.json',
      '--set',
      'epochs=1',
      '--set',
      'seeds=[7]',
      '--set',
      'maxSteps=5',
    );
    expect(printed.out).toMatch(
      /: OK: vgg16bn on cifar100, adamw at 0\.001, 1 epoch or 5 steps × 1 seed \(7\)\n$/,
    );
  });

  it('goes on after a wrong file and then exits with 2', async () => {
    await validate(wrong, 'configs/smoke.json');
    expect(lines(printed.err)).toStrictEqual([
      `${wrong} has a problem:`,
      expect.stringMatching(
        /^ {2}.*wrong\.json:2:3: epoch: unknown key; allowed here: .*; did you mean "epochs"\?$/,
      ),
    ]);
    expect(lines(printed.out)).toHaveLength(1);
    expect(process.exitCode).toBe(2);
  });

  it('answers in JSON', async () => {
    await validate('--json', wrong, 'configs/smoke.json');
    expect(JSON.parse(printed.out)).toMatchObject([
      {
        file: wrong,
        ok: false,
        problems: [{ source: wrong, position: { line: 2, column: 3 }, key: 'epoch' }],
      },
      { file: 'configs/smoke.json', ok: true, config: { name: 'smoke', optimizer: { gradient: 'gan' } } },
    ]);
    expect(printed.err).toBe('');
    expect(process.exitCode).toBe(2);
  });

  it('says of a base that it is one, and checks its keys', async () => {
    const base = join(folder, 'base.json');
    await writeFile(base, '{ "abstract": true, "epoch": 3 }');
    await validate('configs/base/recipe.json', base);
    expect(lines(printed.out)).toStrictEqual(['configs/base/recipe.json: OK: a base, to be extended']);
    expect(printed.err).toMatch(/base\.json:1:21: epoch: unknown key/);
    printed.out = '';
    await validate('--json', 'configs/base/recipe.json', base);
    expect(JSON.parse(printed.out)).toMatchObject([
      { file: 'configs/base/recipe.json', ok: true, abstract: true },
      { file: base, ok: false, problems: [{ key: 'epoch' }], more: 0 },
    ]);
  });

  it('says which runs a sweep makes', async () => {
    await validate('configs/sweeps/smoke.yaml', 'configs/sweeps/learning-rates.yaml');
    expect(lines(printed.out)).toStrictEqual([
      'configs/sweeps/smoke.yaml: OK: a sweep of 6 runs: adamw, zscore, gan × 2 seeds (42, 52)',
      expect.stringMatching(
        /: OK: a sweep of 45 runs: adamw-lr1e-4, .*, gan-lr3e-4, … \(15\) × 3 seeds \(42, 52, 62\)$/,
      ),
    ]);
    printed.out = '';
    await validate('--json', '--set', 'epochs=1', 'configs/sweeps/smoke.yaml');
    expect(JSON.parse(printed.out)).toMatchObject([
      {
        ok: true,
        sweep: {
          name: 'smoke',
          directory: 'results/smoke',
          members: [{ name: 'adamw', seed: 42, config: { epochs: 1 } }, { seed: 52 }, {}, {}, {}, {}],
        },
      },
    ]);
  });

  it('tells what is wrong with a sweep as with a configuration', async () => {
    const file = join(folder, 'study.yaml');
    await writeFile(file, 'base: { model: resnet20 }\ngrid: { epoch: [1, 2] }');
    await validate(file);
    expect(printed.err).toMatch(/study\.yaml:2:9: grid\.epoch: unknown key; .*; did you mean "epochs"\?/);
    expect(process.exitCode).toBe(2);
  });

  it('has a help text with examples', () => {
    const command = validateCommand();
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain('check configuration and sweep files without training');
    expect(help).toContain('gan-bench validate configs/resnet20-gan.json --set optimizer.learningRate=5e-4');
    expect(help).not.toContain('default: []');
  });
});
