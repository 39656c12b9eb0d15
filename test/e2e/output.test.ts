import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { readCsv } from './results.js';
import { ganBench, smallest, temporaryFolder, writeConfig } from './support.js';

let folder: string;
let args: string[];

beforeAll(async () => {
  folder = await temporaryFolder();
  const config = await writeConfig(folder, smallest);
  args = ['run', config, '--backend', 'wasm', '--offline'];
});

/** Standard output of a command that must succeed. */
async function answer(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ganBench(words);
  expect(code, stderr).toBe(0);
  return stdout;
}

describe('gan-bench run', { timeout: 60_000 }, () => {
  it('tells the progress on standard error and the result on standard output', async () => {
    const out = path.join(folder, 'plain');
    const { code, stdout, stderr } = await ganBench([...args, '--out', out]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^resnet20 on cifar100-mini \(2 \+ 2 images\), gan \+ adamw, tfjs-backend-wasm \S+ on CPU$/m,
    );
    expect(stderr).toMatch(/^seed 7 {2}epoch 1\/1 {2}lr 1e-3 {2}loss \d+\.\d+ /m);
    expect(stdout).toMatch(
      /^seed 7: test accuracy \d+\.\d\d % at the end, \d+\.\d\d % at best \(epoch 1 of 1, chosen on the test images\)$/m,
    );
    expect(stdout).toContain(`summary: ${path.join(out, 'tiny', 'summary.csv')}\n`);
  });

  it('with --quiet prints nothing, and writes the same', async () => {
    const out = path.join(folder, 'quiet');
    expect(await ganBench([...args, '--quiet', '--out', out])).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    });
    expect(await readCsv(path.join(out, 'tiny', 'summary.csv'))).toHaveLength(3);
  });

  it.each([[['--json']], [['--json', '--quiet']]])(
    'with %j prints the summary for programs',
    async (flags) => {
      const out = path.join(folder, flags.join(''));
      const summary = z
        .object({
          file: z.literal(path.join(out, 'tiny', 'summary.csv')),
          seeds: z.tuple([
            z.object({
              ...{ seed: z.literal(7), epochs: z.literal(1), outcome: z.literal('finished') },
              result: z.object({
                lastTestAccuracy: z.number(),
                bestTestAccuracy: z.number(),
                bestEpoch: z.literal(1),
              }),
            }),
          ]),
          lastTestAccuracy: z.object({ mean: z.number() }),
          bestTestAccuracy: z.object({ mean: z.number() }),
        })
        .parse(JSON.parse(await answer(...args, ...flags, '--out', out)));
      const metrics = await readCsv(path.join(out, 'tiny', 'seed-7', 'metrics.csv'));
      expect(summary.seeds[0].result.lastTestAccuracy).toBe(Number(metrics[0]?.['test_accuracy']));
      expect(summary.lastTestAccuracy.mean).toBe(summary.seeds[0].result.lastTestAccuracy);
    },
  );
});

describe('--help', { timeout: 60_000 }, () => {
  it.each([
    [[]],
    [['run']],
    [['reproduce']],
    [['validate']],
    [['data']],
    [['data', 'fetch']],
    [['data', 'verify']],
    [['models']],
    [['schema']],
    [['doctor']],
  ])('of %j says what it is for and has an example', async (words) => {
    const help = await answer(...words, '--help');
    expect(help).toMatch(/^Usage: gan-bench/);
    expect(help).toMatch(/^Examples?:$/m);
    expect(help).toContain(['  $ gan-bench', ...words].join(' '));
    const described = help.split('\n').filter((line) => !line.startsWith('  $ '));
    expect(Math.max(...described.map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});

describe('gan-bench models', { timeout: 60_000 }, () => {
  it('lists parameters and eligible tensors', async () => {
    const rows = (await answer('models')).trimEnd().split('\n');
    expect(rows[0]).toMatch(/^model +parameters +eligible tensors +eligible parameters$/);
    expect(rows.slice(1).map((row) => row.split(/ +/).slice(0, 3))).toEqual([
      ['resnet20', '275,572', '20'],
      ['resnet32', '470,004', '32'],
      ['resnet44', '664,436', '44'],
      ['resnet56', '858,868', '56'],
      ['resnet110', '1,733,812', '110'],
      ['vgg11bn', '9,277,284', '9'],
      ['vgg13bn', '9,462,180', '11'],
      ['vgg16bn', '14,774,436', '14'],
      ['vgg19bn', '20,086,692', '17'],
      ['vit-tiny', '5,380,132', '51'],
      ['vit-small', '21,376,996', '51'],
    ]);
  });

  it('with --json tells each tensor', async () => {
    const tensor = z.object({ name: z.string(), shape: z.array(z.int()) });
    const model = z.object({
      name: z.string(),
      parameters: z.int(),
      tensors: z.array(tensor),
      buffers: z.array(tensor),
    });
    const models = z.array(model).parse(JSON.parse(await answer('models', '--classes', '10', '--json')));
    expect(models).toHaveLength(11);
    for (const { parameters, tensors } of models) {
      const sizes = tensors.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(parameters);
    }
    expect(models[0]?.tensors.at(-1)).toEqual({ name: 'head.bias', shape: [10] });
  });
});

describe('the other commands', { timeout: 60_000 }, () => {
  it('schema prints the committed JSON Schema', async () => {
    const committed: unknown = JSON.parse(await readFile('schema/gan-bench.schema.json', 'utf8'));
    expect(JSON.parse(await answer('schema'))).toEqual(committed);
  });

  it('validate accepts everything in configs/', async () => {
    const files = (await readdir('configs')).filter((name) => /\.(json|yaml)$/.test(name));
    expect(files).toHaveLength(15);
    await answer('validate', ...files.map((name) => path.join('configs', name)));
  });

  it('validate refuses what is wrong, with exit status 2', async () => {
    const { code, stdout, stderr } = await ganBench(['validate', 'configs/smoke.json', 'package.json']);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('package.json:');
  });

  it('doctor --json answers for programs', async () => {
    const { stdout } = await ganBench(['doctor', '--json', '--data-dir', folder]);
    const check = z.object({
      name: z.string(),
      state: z.enum(['ok', 'warning', 'problem']),
      found: z.string(),
    });
    const { checks } = z.object({ ok: z.boolean(), checks: z.array(check) }).parse(JSON.parse(stdout));
    expect(checks.find(({ name }) => /node/i.test(name))).toMatchObject({ state: 'ok' });
  });

  it('--version prints the version of the package', async () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile('package.json', 'utf8')));
    expect(await answer('--version')).toBe(`${version}\n`);
  });

  it('a pipe that closes early is no failure', async () => {
    const { code, stderr } = await ganBench(['models', '--json'], {
      under: ['bash', '-c', 'set -o pipefail; "$@" | head -c 10 > /dev/null', 'bash'],
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('the program', { timeout: 60_000 }, () => {
  it('works from a folder with spaces and other signs in its name', async () => {
    const program = path.join(folder, 'a #1 folder, 100%41');
    await mkdir(program);
    for (const part of ['bin', 'dist/src', 'package.json']) {
      await cp(part, path.join(program, part), { recursive: true });
    }
    for (const part of ['node_modules', 'data']) await symlink(path.resolve(part), path.join(program, part));
    const { code, stderr } = await ganBench([...args, '--out', 'out'], { cwd: program, program });
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(await readdir(path.join(program, 'out', 'tiny'))).toEqual(['seed-7', 'summary.csv']);
  });
});
