import { readdir } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { providePlugin } from '../../src/plugin/open.js';
import { loadSweep } from '../../src/sweep/load.js';

const FOLDER = 'configs/sweeps/study';
const three = ['adamw', 'zscore', 'gan'];
const withRates = (...rates: readonly string[]) =>
  three.flatMap((word) => rates.map((rate) => `${word}-lr${rate}`));

/** Members and seeds of each block, by the names of the files. */
const BLOCKS: readonly (readonly [name: string, members: readonly string[], seeds: readonly number[]])[] = [
  ['resnet20-30-epochs-float32', three, [1]],
  ['resnet20-30-epochs', three, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ['resnet20-200-epochs', three, [42, 52, 62]],
  [
    'resnet20-stages',
    ['centralize', 'gan-centre-only', 'gan-autoscale-only', 'gan-tanh', 'gan-exponential'],
    [1, 2, 3],
  ],
  ['resnet20-sgd', ['none', 'gan', 'gan-centre-only'], [1, 2, 3]],
  ['resnet20-learning-rates', withRates('3e-4', '3e-3'), [11]],
  [
    'networks-30-epochs',
    ['vgg16bn', 'resnet56'].flatMap((model) => three.map((word) => `${model}-${word}`)),
    [1, 2, 3],
  ],
  ['vgg16bn-learning-rates', withRates('3e-3', '0.01', '0.03'), [1]],
];

const load = (name: string) => loadSweep(`${FOLDER}/${name}.yaml`, {}, providePlugin);

it('every block of the study is a file, and every file a block', async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml'));
  expect(files.sort()).toEqual(BLOCKS.map(([name]) => `${name}.yaml`).sort());
});

it.each(BLOCKS)('%s trains these, in the way of the plan', async (name, members, seeds) => {
  const sweep = await load(name);
  expect(sweep).toMatchObject({ name, directory: `results/reference/study/${name}` });
  expect(sweep.members.map((member) => [member.name, member.seed])).toStrictEqual(
    members.flatMap((member) => seeds.map((seed) => [member, seed])),
  );
  const isRecipe = name === 'resnet20-200-epochs';
  for (const { config } of sweep.members)
    expect(config).toMatchObject({
      ...(isRecipe ? { epochs: 200 } : { epochs: 30, schedule: { warmupEpochs: 2, decay: { cosine: {} } } }),
      ...{ batchSize: 256, dataset: { name: 'cifar100', augmentation: 'crop-flip' } },
      precision: name.endsWith('float32') ? 'float32' : 'bfloat16',
      optimizer: { weightDecay: 5e-5 },
    });
});

it('under SGD every member has momentum 0.9 and the learning rate 0.1', async () => {
  for (const { config } of (await load('resnet20-sgd')).members)
    expect(config.optimizer).toMatchObject({ base: 'sgd', momentum: 0.9, learningRate: 0.1 });
});
