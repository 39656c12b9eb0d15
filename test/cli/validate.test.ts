import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { validateCommand } from '../../src/cli/validate.js';

let folder: string;
let wrong: string;
let out: string[];
let err: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gan-bench-validate-'));
  wrong = join(folder, 'wrong.json');
  await writeFile(wrong, '{ "model": "resnet20",\n  "epoch": 3 }');
  [out, err] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void err.push(line));
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function validate(...args: string[]): Promise<void> {
  await validateCommand().parseAsync(args, { from: 'user' });
}

describe('gan-bench validate', () => {
  it('sums each right file up in a line', async () => {
    await validate('configs/resnet20-gan.json', 'configs/smoke.json');
    expect(out).toStrictEqual([
      'configs/resnet20-gan.json: OK: resnet20 on cifar100, gan + adamw at 0.001, 200 epochs × 3 seeds (42, 52, 62)',
      'configs/smoke.json: OK: resnet20 on cifar100-mini, gan + adamw at 0.001, 5 epochs × 1 seed (42)',
    ]);
    expect(err).toStrictEqual([]);
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
    expect(out[0]).toMatch(/: OK: vgg16bn on cifar100, adamw at 0\.001, 1 epoch or 5 steps × 1 seed \(7\)$/);
  });

  it('goes on after a wrong file and then exits with 2', async () => {
    await validate(wrong, 'configs/smoke.json');
    expect(err.join('\n').split('\n')).toStrictEqual([
      `${wrong} has a problem:`,
      expect.stringMatching(
        /^ {2}.*wrong\.json:2:3: epoch: unknown key; allowed here: .*; did you mean "epochs"\?$/,
      ),
    ]);
    expect(out).toHaveLength(1);
    expect(process.exitCode).toBe(2);
  });

  it('answers in JSON', async () => {
    await validate('--json', wrong, 'configs/smoke.json');
    expect(JSON.parse(out.join('\n'))).toMatchObject([
      {
        file: wrong,
        ok: false,
        problems: [{ source: wrong, position: { line: 2, column: 3 }, key: 'epoch' }],
      },
      { file: 'configs/smoke.json', ok: true, config: { name: 'smoke', optimizer: { gradient: 'gan' } } },
    ]);
    expect(err).toStrictEqual([]);
    expect(process.exitCode).toBe(2);
  });

  it('says of a base that it is one, and checks its keys', async () => {
    const base = join(folder, 'base.json');
    await writeFile(base, '{ "abstract": true, "epoch": 3 }');
    await validate('configs/base/recipe.json', base);
    expect(out).toStrictEqual(['configs/base/recipe.json: OK: a base, to be extended']);
    expect(err).toStrictEqual([expect.stringMatching(/base\.json:1:21: epoch: unknown key/)]);
    out = [];
    await validate('--json', 'configs/base/recipe.json', base);
    expect(JSON.parse(out.join('\n'))).toMatchObject([
      { file: 'configs/base/recipe.json', ok: true, abstract: true },
      { file: base, ok: false, problems: [{ key: 'epoch' }], more: 0 },
    ]);
  });

  it('has a help text with examples', () => {
    const command = validateCommand();
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain('check configuration files without training');
    expect(help).toContain('gan-bench validate configs/resnet20-gan.json --set optimizer.learningRate=5e-4');
    expect(help).not.toContain('default: []');
  });
});
