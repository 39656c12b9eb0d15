import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BACKEND_NAMES, checkConfig, loadConfig } from '../../src/config/index.js';
import { complaints, folderWith } from './folder.js';

describe('loadConfig', () => {
  it('needs no more than a model; the name is then that of the file', async () => {
    const folder = await folderWith({ 'tiny.json': { model: 'vgg11bn' } });
    const config = await loadConfig(join(folder, 'tiny.json'));
    expect(config).toMatchObject({ name: 'tiny', model: 'vgg11bn', seeds: [42], epochs: 200 });
    expect(config.optimizer).toMatchObject({ gradient: 'none', base: 'adamw' });
  });

  it('reads YAML with comments, and JSON with a byte-order mark', async () => {
    const folder = await folderWith({
      'a.yaml': '# why\nmodel: resnet20 # small\nseeds: [1, 2]\nschedule:\n  decay: constant\n',
      'b.json': '\uFEFF{"model": "resnet32"}',
    });
    expect(await loadConfig(join(folder, 'a.yaml'))).toMatchObject({
      seeds: [1, 2],
      schedule: { decay: 'constant' },
    });
    expect((await loadConfig(join(folder, 'b.json'))).model).toBe('resnet32');
  });
});

describe('extends', () => {
  it('merges objects key by key along a chain, replaces lists, and finds bases beside the file that names them', async () => {
    const folder = await folderWith({
      'base/root.yaml': 'model: resnet20\nseeds: [1, 2, 3]\noptimizer: {learningRate: 0.5, beta1: 0.8}\n',
      'base/middle.json': { extends: 'root.yaml', optimizer: { learningRate: 0.25 }, epochs: 7 },
      'top.json': { extends: 'base/middle.json', seeds: [9] },
    });
    const config = await loadConfig(join(folder, 'top.json'));
    expect(config).toMatchObject({ name: 'top', model: 'resnet20', seeds: [9], epochs: 7 });
    expect(config.optimizer).toMatchObject({ learningRate: 0.25, beta1: 0.8 });
    expect(config).not.toHaveProperty('extends');
  });

  it('lets a shorthand change the transform and keep the rest', async () => {
    const folder = await folderWith({
      'base.json': { model: 'resnet20', optimizer: { base: 'sgd', learningRate: 0.5 } },
      'top.json': { extends: 'base.json', optimizer: 'gan' },
    });
    const { optimizer } = await loadConfig(join(folder, 'top.json'));
    expect(optimizer).toMatchObject({ gradient: 'gan', base: 'adamw', learningRate: 0.5 });
  });

  it('replaces the decay when its kind changes and merges it when not', async () => {
    const folder = await folderWith({
      'base.json': {
        model: 'resnet20',
        schedule: { warmupEpochs: 1, decay: { step: { every: 3, factor: 0.5 } } },
      },
      'same.json': { extends: 'base.json', schedule: { decay: { step: { factor: 0.1 } } } },
      'other.json': { extends: 'base.json', schedule: { decay: { multistep: { at: [4, 8] } } } },
    });
    const decayOf = async (file: string) => (await loadConfig(join(folder, file))).schedule;
    expect(await decayOf('same.json')).toStrictEqual({
      warmupEpochs: 1,
      decay: { step: { every: 3, factor: 0.1 } },
    });
    expect(await decayOf('other.json')).toStrictEqual({
      warmupEpochs: 1,
      decay: { multistep: { at: [4, 8], factor: 0.1 } },
    });
  });

  it('takes an inherited value away with null', async () => {
    const folder = await folderWith({
      'base.json': { model: 'resnet20', regularization: { cutmix: 1 }, maxSteps: 5 },
      'top.json': { extends: 'base.json', regularization: { cutmix: null }, maxSteps: null },
    });
    const config = await loadConfig(join(folder, 'top.json'));
    expect(config.regularization).toStrictEqual({});
    expect(config).not.toHaveProperty('maxSteps');
  });

  it('refuses a circle and shows it', async () => {
    const folder = await folderWith({
      'a.json': { extends: 'sub/b.json' },
      'sub/b.json': { extends: '../a.json', model: 'resnet20' },
    });
    expect(await complaints(folder, 'a.json')).toStrictEqual([
      'sub/b.json:2:14: extends: the files extend each other in a circle: a.json → sub/b.json → a.json',
    ]);
  });

  it('sees through links that hide a circle', async () => {
    const folder = await folderWith({ 'a.json': { extends: 'here/a.json' } });
    await symlink('.', join(folder, 'here'));
    expect((await complaints(folder, 'a.json'))[0]).toContain('in a circle: a.json → here/a.json');
  });

  it('names a base that is missing, and where it was asked for', async () => {
    const folder = await folderWith({ 'a.json': { model: 'resnet20', extends: 'gone.json' } });
    expect(await complaints(folder, 'a.json')).toStrictEqual([
      'a.json:3:14: extends: its base gone.json cannot be used',
      'gone.json: cannot be read: no such file; give the path of a JSON or YAML file',
    ]);
  });

  it('reports the problems of the base and of the file together', async () => {
    const folder = await folderWith({
      'base.json': { model: 'resnet20', epochs: 0 },
      'a.json': { extends: 'base.json', batchSize: -1 },
    });
    expect(await complaints(folder, 'a.json')).toStrictEqual([
      'base.json:3:13: epochs: found 0; allowed: a whole number of at least 1',
      'a.json:3:16: batchSize: found -1; allowed: a whole number of at least 1',
    ]);
  });
});

describe('a base', () => {
  const base = {
    abstract: true,
    dataset: { trainSamples: 100 },
    schedule: { decay: { multistep: { factor: 0.5 } } },
  };

  it('is checked without what is still to come, and what extends it is none', async () => {
    const folder = await folderWith({
      'base.json': base,
      'middle.json': { extends: 'base.json', abstract: true, model: 'resnet20' },
      'top.json': { extends: 'middle.json', batchSize: 10, schedule: { decay: { multistep: { at: [3] } } } },
      'plain.json': { abstract: false, model: 'resnet20' },
      'wrong.json': { abstract: true, epochs: 0 },
    });
    const check = (file: string, set: string[] = []) => checkConfig(join(folder, file), { set });
    expect(await check('base.json')).toStrictEqual({ outcome: 'base' });
    expect(await check('middle.json', ['epochs=1'])).toStrictEqual({ outcome: 'base' });
    expect(await check('top.json')).toMatchObject({ outcome: 'right', config: { model: 'resnet20' } });
    expect(await loadConfig(join(folder, 'top.json'))).not.toHaveProperty('abstract');
    expect(await check('plain.json')).toMatchObject({ outcome: 'right' });
    expect(await check('wrong.json')).toMatchObject({
      outcome: 'wrong',
      problems: [{ key: 'epochs' }],
      more: 0,
    });
    expect(await check('base.json', ['epochs=0'])).toMatchObject({ outcome: 'wrong' });
  });

  it('is not run, and says what to do', async () => {
    const folder = await folderWith({ 'base.json': base });
    const file = join(folder, 'base.json');
    await expect(loadConfig(file, { set: ['model=resnet20'] })).rejects.toMatchObject({
      code: 'config',
      message:
        `${file} says "abstract": true, so it is a base that other files extend and is not run itself; ` +
        `give a file with "extends": "${file}" and the rest, or take "abstract" out of it`,
    });
  });

  it('is a file, not an option or a word', async () => {
    const folder = await folderWith({ 'c.json': { model: 'resnet20' }, 'd.json': { abstract: 'yes' } });
    expect((await complaints(folder, 'c.json', { set: ['abstract=true'] }))[0]).toMatch(
      /^--set abstract=true: abstract: unknown key; allowed here: name,/,
    );
    expect(await complaints(folder, 'd.json')).toStrictEqual([
      'd.json:2:15: abstract: found "yes"; allowed: true or false',
    ]);
  });
});

describe('overrides', () => {
  const preset = 'configs/resnet20-gan.json';

  it('set any key, with values in YAML or JSON notation', async () => {
    const config = await loadConfig(preset, {
      set: [
        'optimizer.learningRate=5e-4',
        'seeds=[1,2]',
        'dataset.trainSamples=2000',
        'schedule.decay.cosine.minimum=1e-5',
        'optimizer.gan={"center": false}',
        'name="7"',
        'checkpoint.initial=true',
      ],
    });
    expect(config).toMatchObject({
      name: '7',
      seeds: [1, 2],
      dataset: { name: 'cifar100', trainSamples: 2000 },
    });
    expect(config.optimizer).toMatchObject({ gradient: 'gan', base: 'adamw', learningRate: 0.0005 });
    expect(config.optimizer.gan).toStrictEqual({ center: false, autoscale: true, adaptiveExponent: true });
    expect(config.schedule.decay).toStrictEqual({ cosine: { minimum: 0.00001 } });
    expect(config.checkpoint.initial).toBe(true);
  });

  it('take effect in order, with the named options last', async () => {
    const config = await loadConfig(preset, {
      set: ['epochs=3', 'epochs=4', 'seeds=[1]', 'backend=cpu'],
      seeds: [5, 6],
      backend: 'wasm',
      output: '/tmp/elsewhere',
    });
    expect(config).toMatchObject({ epochs: 4, seeds: [5, 6], backend: 'wasm', output: '/tmp/elsewhere' });
  });

  it('take an optional key away with null', async () => {
    const config = await loadConfig('configs/resnet56-gan-strong.json', {
      set: ['regularization.cutmix=null'],
    });
    expect(config.regularization).toStrictEqual({});
  });

  it.each([
    [
      { set: ['optimizer.learningrate=1'] },
      '--set optimizer.learningrate=1: optimizer.learningrate: unknown key; allowed here: gradient, eligible, base, learningRate, weightDecay, beta1, beta2, epsilon, momentum, nesterov, clipNorm, gan, options; did you mean "learningRate"?',
    ],
    [
      { set: ['seeds.0=1'] },
      '--set seeds.0=1: seeds: found {"0":1}; allowed: a non-empty list, each item a whole number from 0 to 4294967295',
    ],
    [{ set: ['epochs=ten'] }, '--set epochs=ten: epochs: found "ten"; allowed: a whole number of at least 1'],
    [
      { set: ['epochs=null'] },
      '--set epochs=null: epochs: found null; allowed: a whole number of at least 1',
    ],
    [{ set: ['epochs'] }, '--set epochs: allowed: key=value, such as --set optimizer.learningRate=5e-4'],
    [{ set: ['epochs='] }, '--set epochs=: allowed: key=value, such as --set optimizer.learningRate=5e-4'],
    [{ set: ['=1'] }, '--set =1: allowed: key=value, such as --set optimizer.learningRate=5e-4'],
    [
      { set: ['optimizer..x=1'] },
      '--set optimizer..x=1: allowed: key=value, such as --set optimizer.learningRate=5e-4',
    ],
    [{ backend: 'cuda' }, `--backend: backend: found "cuda"; allowed: ${BACKEND_NAMES.join(', ')}`],
    [{ seeds: [1, 1] }, '--seed: seeds: found [1,1]; allowed: a list in which no seed occurs twice'],
    [{ output: '' }, '--out: output: found ""; allowed: non-empty text'],
  ])('are checked like files: %j', async (overrides, line) => {
    expect(await complaints(process.cwd(), preset, overrides)).toStrictEqual([line]);
  });

  it('say so when a value is not YAML, and go on to the next', async () => {
    const lines = await complaints(process.cwd(), preset, { set: ['seeds=[1,', 'extends=x.json'] });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^--set seeds=\[1,: the value cannot be read \(.+\); quote text/);
    expect(lines[1]).toMatch(
      /^--set extends=x\.json: extends: unknown key; allowed here: name, plugins, model, modelOptions, dataset,/,
    );
  });
});
