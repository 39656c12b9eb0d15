import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { memberKey } from '../../src/sweep/sweep.js';
import { complaintsOf, namesOf, sweepOf } from './sweep-file.js';

/** The example of docs/sweeps.md, over a base of its own. */
const example = `
name: study
base: { model: resnet20, epochs: 60 }
grid: { optimizer: [adamw, zscore, gan], optimizer.learningRate: [3e-4, 1e-3] }
zip: { batchSize: [128, 256], optimizer.weightDecay: [1e-4, 5e-5] }
cases: [{ name: gan-centre-only, optimizer: { gradient: gan, gan: { autoscale: false } } }]
exclude: [{ optimizer: zscore, optimizer.learningRate: 3e-4 }]
seeds: [42, 52]
output: elsewhere
compare: { baseline: { optimizer: adamw }, equivalenceMargin: 0.005 }
`;

describe('a sweep', () => {
  it('is grid × zip less what is excluded, then cases, each with every seed', async () => {
    const sweep = await sweepOf(example);
    const names = [
      ...['adamw-bs128-lr3e-4-wd1e-4', 'adamw-lr3e-4', 'adamw-bs128-wd1e-4', 'adamw'],
      ...['zscore-bs128-wd1e-4', 'zscore'],
      ...['gan-bs128-lr3e-4-wd1e-4', 'gan-lr3e-4', 'gan-bs128-wd1e-4', 'gan'],
      'gan-centre-only',
    ];
    expect(sweep.members.map(memberKey)).toStrictEqual(
      names.flatMap((name) => [`${name}/seed-42`, `${name}/seed-52`]),
    );
  });

  it("varies the options of models, of which a default is the base's own", async () => {
    const sweep = await sweepOf(`
name: pools
base: { model: vit-tiny }
grid: { modelOptions.pool: [class, mean] }
cases: [{ name: cnn, model: resnet20 }]
seeds: [42]
compare: { baseline: { modelOptions: { pool: class } } }
`);
    expect(sweep.members.map(({ name, config }) => [name, config.modelOptions])).toStrictEqual([
      ['base', { pool: 'class' }],
      ['pool-mean', { pool: 'mean' }],
      ['cnn', undefined],
    ]);
  });

  it('has members that are what gan-bench run would take', async () => {
    const sweep = await sweepOf(example);
    expect(sweep.directory).toBe('elsewhere/study');
    const member = sweep.members.find(({ name, seed }) => name === 'gan-bs128-lr3e-4-wd1e-4' && seed === 52);
    const set = ['epochs=60', 'optimizer=gan', 'optimizer.learningRate=3e-4', 'optimizer.weightDecay=1e-4'];
    expect(member).toStrictEqual({
      name: 'gan-bs128-lr3e-4-wd1e-4',
      seed: 52,
      directory: 'elsewhere/study/gan-bs128-lr3e-4-wd1e-4/seed-52',
      settings: [
        { path: ['batchSize'], value: 128 },
        { path: ['optimizer'], value: 'gan' },
        { path: ['optimizer', 'learningRate'], value: 3e-4 },
        { path: ['optimizer', 'weightDecay'], value: 1e-4 },
      ],
      config: await loadConfig('configs/resnet20-adamw.json', {
        set: [...set, 'batchSize=128', 'name=gan-bs128-lr3e-4-wd1e-4'],
        seeds: [52],
        output: 'elsewhere/study',
      }),
    });
  });

  it('is named after its file, and takes seeds and output from its base', async () => {
    const { name, directory, members } = await sweepOf({
      base: { model: 'resnet20', seeds: [1, 2], output: 'there' },
    });
    expect({ name, directory }).toStrictEqual({ name: 'study', directory: 'there/study' });
    expect(members.map(memberKey)).toStrictEqual(['base/seed-1', 'base/seed-2']);
  });

  it('of cases alone has no member for the base', async () => {
    const cases = [
      { name: 'short', epochs: 5 },
      { name: 'long', 'optimizer.learningRate': 3e-4 },
    ];
    const sweep = await sweepOf({ base: { model: 'resnet20' }, cases });
    expect(namesOf(sweep)).toStrictEqual(['short', 'long']);
    expect(sweep.members.map(({ settings }) => settings)).toStrictEqual([
      [{ path: ['epochs'], value: 5 }],
      [{ path: ['optimizer', 'learningRate'], value: 3e-4 }],
    ]);
  });

  it('may extend a base that is abstract, beside its file', async () => {
    const others = { 'bases/short.json': { abstract: true, epochs: 3, name: 'ignored' } };
    const sweep = await sweepOf(
      { base: { extends: 'bases/short.json' }, grid: { model: ['resnet20', 'vgg16bn'] } },
      {},
      others,
    );
    expect(sweep.members.map(({ name, config }) => [name, config.epochs])).toStrictEqual([
      ['resnet20', 3],
      ['vgg16bn', 3],
    ]);
  });

  it('has the overrides laid over every member, and its names stay', async () => {
    const overrides = { set: ['epochs=1'], seeds: [7], backend: 'cpu', output: 'out' };
    const sweep = await sweepOf(example, overrides);
    expect(namesOf(sweep)).toStrictEqual(namesOf(await sweepOf(example)));
    expect(sweep.directory).toBe('out/study');
    for (const { seed, config } of sweep.members) {
      expect([seed, config.seeds, config.epochs, config.backend]).toStrictEqual([7, [7], 1, 'cpu']);
    }
  });

  it('takes away with null, and sets kinds of decay as a whole', async () => {
    const { members } = await sweepOf({
      base: { model: 'resnet20', regularization: { cutmix: 1 } },
      grid: { 'regularization.cutmix': [1, null], 'schedule.decay': ['constant', { cosine: {} }] },
    });
    const found = members.map(({ name, config }) => [name, config.regularization, config.schedule.decay]);
    expect(found).toStrictEqual([
      ['constant', { cutmix: 1 }, 'constant'],
      ['cosine', { cutmix: 1 }, { cosine: { minimum: 0 } }],
      ['no-cutmix-constant', {}, 'constant'],
      ['no-cutmix-cosine', {}, { cosine: { minimum: 0 } }],
    ]);
  });

  it('lays outer keys before those in them, whatever their order', async () => {
    const sweep = await sweepOf({
      base: { model: 'resnet20' },
      grid: { 'optimizer.learningRate': [3e-4], optimizer: [{ gradient: 'gan', learningRate: 5e-4 }] },
      cases: [{ name: 'one', 'optimizer.learningRate': 3e-4, optimizer: 'zscore' }],
    });
    expect(
      sweep.members.map(({ name, config: { optimizer } }) => [
        name,
        optimizer.gradient,
        optimizer.learningRate,
      ]),
    ).toStrictEqual([
      ['gan-lr3e-4', 'gan', 3e-4],
      ['one', 'zscore', 3e-4],
    ]);
  });

  it('may exclude combinations that contradict themselves', async () => {
    const contradiction = {
      base: { model: 'resnet20', dataset: { name: 'cifar100-mini' } },
      grid: { batchSize: [50, 500], 'dataset.trainSamples': [100, 1000] },
    };
    expect(await complaintsOf(contradiction)).toStrictEqual([
      expect.stringMatching(
        /^study\.json:\d+:\d+: grid\.batchSize: found 500; allowed: at most 100, .* \(in the member bs500-trainSamples100\)$/,
      ),
    ]);
    const exclude = [{ batchSize: 500, dataset: { trainSamples: 100 } }];
    const sweep = await sweepOf({ ...contradiction, exclude });
    expect(namesOf(sweep)).toStrictEqual([
      'bs50-trainSamples100',
      'bs50-trainSamples1000',
      'bs500-trainSamples1000',
    ]);
  });
});
