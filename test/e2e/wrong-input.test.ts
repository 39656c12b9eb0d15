import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { ganBench, smallest, stackTrace, temporaryFolder, writeConfig } from './support.js';

let folder: string;
let out: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  out = path.join(folder, 'results');
  await writeConfig(folder, smallest);
  await mkdir(path.join(folder, 'data'));
  const files = {
    'torn.json': '{"model": "resnet20",\n "epochs": ',
    'torn.yaml': 'model: resnet20\nepochs: [1',
    'misspelt.yaml': 'model: resnet20\noptimizer:\n  learningrate: 0.1\n',
    'model.json': '{"model": "resnet21"}',
    'negative.json': '{"model": "resnet20", "epochs": -1}',
    'large.json': '{"model": "resnet20", "dataset": {"name": "cifar100-mini"}, "batchSize": 2000}',
    'list.json': '[]',
    'circle.json': '{"extends": "circle.json"}',
    'config.txt': '{}',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
});

/** What the command says when it is used wrongly; it must end with this status and write nothing. */
async function refusal(code: 1 | 2, args: readonly string[]): Promise<string> {
  const ended = await ganBench(args, { cwd: folder });
  expect({ code: ended.code, stdout: ended.stdout }, ended.stderr).toEqual({ code, stdout: '' });
  expect(ended.stderr).not.toMatch(stackTrace);
  expect(existsSync(out)).toBe(false);
  return ended.stderr;
}

describe('exit status 2, with the place, what was found and what is allowed:', () => {
  it.each<[string, string[], RegExp[]]>([
    ['a file that is not there', ['nope.json'], [/nope\.json: cannot be read: no such file/]],
    ['a folder for a file', ['data'], [/data: found the extension ""; allowed: \.json, \.yaml, \.yml/]],
    ['another kind of file', ['config.txt'], [/found the extension "\.txt"; allowed: \.json, \.yaml, \.yml/]],
    ['JSON that ends early', ['torn.json'], [/torn\.json:2:\d+: /]],
    ['YAML that ends early', ['torn.yaml'], [/torn\.yaml:2:\d+: /]],
    [
      'an unknown key',
      ['misspelt.yaml'],
      [/misspelt\.yaml:3:\d+: optimizer\.learningrate: unknown key/, /did you mean "learningRate"\?/],
    ],
    [
      'an unknown model',
      ['model.json'],
      [
        /model\.json:1:\d+: model: found "resnet21"; allowed: resnet20, .*vit-small, or that of a plug-in, such as mine\/sign; did you mean "resnet20"\?/,
      ],
    ],
    ['a number out of range', ['negative.json'], [/epochs: found -1; allowed: a whole number of at least 1/]],
    ['keys that contradict', ['large.json'], [/batchSize: found 2000; allowed: at most 1000/]],
    [
      'a best checkpoint by images that are not held out',
      ['tiny.json', '--set', 'checkpoint.best=validation'],
      [/checkpoint\.best: found "validation"; allowed: only with dataset\.validation/],
    ],
    [
      'too many held-out images',
      ['tiny.json', '--set', 'dataset.validation=999'],
      [/dataset\.trainSamples: found 2; allowed: at most 1, .*dataset\.validation \(999\) leaves/],
    ],
    ['a list', ['list.json'], [/list\.json.*found a list; allowed: an object of configuration keys/]],
    [
      'files that extend each other',
      ['circle.json'],
      [/extends: .*in a circle: circle\.json → circle\.json/],
    ],
    ['an override without a value', ['tiny.json', '--set', 'epochs'], [/--set epochs: allowed: key=value/]],
    [
      'an override of no key',
      ['tiny.json', '--set', 'epoch=3'],
      [/--set epoch=3: epoch: unknown key.*"epochs"/],
    ],
    [
      'an override out of range',
      ['tiny.json', '--set', 'epochs=0.5'],
      [/--set epochs=0\.5: epochs: found 0\.5/],
    ],
    ['an unknown backend', ['tiny.json', '--backend', 'gpu'], [/--backend: found "gpu"; allowed: auto, /]],
    [
      'a name that is a path',
      ['tiny.json', '--set', 'name=../x'],
      [/name: found "\.\.\/x"; allowed: 1 to 100 letters/],
    ],
    [
      'a seed that is no number',
      ['tiny.json', '--seed', 'x'],
      [/--seed: found "x"; allowed: a whole number from 0 on, such as 42/],
    ],
    ['a seed out of range', ['tiny.json', '--seed', '99999999999'], [/--seed: seeds/]],
    [
      'a seed given twice',
      ['tiny.json', '--seed', '1', '--seed', '1'],
      [/--seed: seeds: .*no seed occurs twice/],
    ],
    ['an empty data folder', ['tiny.json', '--data-dir='], [/the data folder given is empty; give a path/]],
    [
      'an unknown option',
      ['tiny.json', '--frobnicate'],
      [/unknown option '--frobnicate'/, /--help shows what is allowed/],
    ],
    ['an option without its value', ['tiny.json', '--out'], [/'--out <path>' argument missing/]],
    ['two files', ['tiny.json', 'model.json'], [/too many arguments/]],
    ['no file', [], [/found neither a configuration nor --preset/]],
  ])('run with %s', { timeout: 60_000 }, async (_, args, patterns) => {
    const withOut = args.includes('--out') ? args : [...args, '--out', out];
    const said = await refusal(2, ['run', '--offline', ...withOut]);
    for (const pattern of patterns) expect(said).toMatch(pattern);
  });

  it.each([
    ['an unknown command', ['trian'], /unknown command 'trian'/],
    ['a command that is nearly right', ['rum'], /Did you mean run\?/],
    [
      'an unknown data set',
      ['data', 'fetch', 'cifar1000'],
      /unknown data set "cifar1000"; known are cifar100, cifar10/,
    ],
    ['no data set', ['data', 'fetch'], /missing required argument 'name'/],
    [
      'a mirror that is no address',
      ['data', 'fetch', 'cifar10', '--mirror', 'here'],
      /--mirror: found "here", expected/,
    ],
    [
      'no class',
      ['models', '--classes', '0'],
      /--classes: found "0"; allowed: a whole number from 1 to 99999/,
    ],
    ['nothing to validate', ['validate'], /missing required argument 'file'/],
  ])('%s', { timeout: 60_000 }, async (_, args, pattern) => {
    expect(await refusal(2, args)).toMatch(pattern);
  });

  it('every problem of a configuration is told at once', async () => {
    const said = await refusal(2, [
      'run',
      'negative.json',
      '--set',
      'model=vgg',
      '--set',
      'seeds=[]',
      '--out',
      out,
    ]);
    expect(said).toContain('negative.json has 3 problems:');
    expect(said.match(/^ {2}\S/gm)).toHaveLength(3);
  });

  it('a command alone shows its help', async () => {
    expect(await refusal(2, [])).toContain('gan-bench run configs/smoke.json');
    expect(await refusal(2, ['data'])).toContain('gan-bench data');
  });
});

describe('exit status 1, with the fix:', () => {
  const run = ['run', 'tiny.json', '--offline'];

  it.each<[string, string[], RegExp[]]>([
    [
      'a data set that is missing, and --offline',
      ['--backend', 'wasm', '--set', 'dataset.name=cifar100', '--data-dir', 'data'],
      [
        /cifar100 is not in \/.*cifar-100-binary, and --offline forbids/,
        /gan-bench data fetch cifar100 --data-dir/,
      ],
    ],
    [
      'a GPU where there is none',
      ['--backend', 'wasm', '--require-gpu'],
      [/sees no GPU \(devices: CPU\)/, /gan-bench setup --gpu/],
    ],
  ])('%s', { timeout: 60_000 }, async (_, args, patterns) => {
    const said = await refusal(1, [...run, '--out', out, ...args]);
    for (const pattern of patterns) expect(said).toMatch(pattern);
  });

  it('a file where the results should go', { timeout: 60_000 }, async () => {
    const file = path.join(folder, 'config.txt');
    const said = await refusal(1, [...run, '--backend', 'wasm', '--out', file]);
    expect(said).toContain(path.join(file, 'tiny', 'seed-7'));
    expect(said).toMatch(/choose another (folder )?with --out/);
  });
});

describe('--debug', () => {
  it.each([[['--debug', 'run', 'nope.json']], [['run', 'nope.json', '--debug']]])(
    'shows where an error came from, given as %j',
    async (args) => {
      const { code, stderr } = await ganBench(args, { cwd: folder });
      expect(code).toBe(2);
      expect(stderr).toMatch(stackTrace);
      expect(stderr).toContain('nope.json: cannot be read: no such file');
    },
  );
});
