import { describe, expect, it } from 'vitest';
import { configDifferences, loadConfig } from '../../src/config/index.js';
import { loadSweep } from '../../src/sweep/load.js';
import { namesOf } from './sweep-file.js';

const three = ['adamw', 'zscore', 'gan'];
const nine = ['resnet20', 'resnet56', 'vgg16bn'].flatMap((model) => three.map((word) => `${model}-${word}`));

describe('the sweeps in configs/sweeps', () => {
  it.each<[string, string[], number[]]>([
    ['smoke', three, [42, 52]],
    ['resnet20', three, [42, 52, 62]],
    ['resnet56', three, [42, 52, 62]],
    ['vgg16bn', three, [42, 52, 62]],
    ['strong', three, [42, 52, 62]],
    ['paper', nine, [42, 52, 62]],
    ['dynamics', nine, [42]],
    ['dynamics-vit', three, [42]],
    [
      'learning-rates',
      three.flatMap((word) => ['-lr1e-4', '-lr3e-4', '', '-lr3e-3', '-lr0.01'].map((rate) => word + rate)),
      [42, 52, 62],
    ],
    [
      'gan-stages',
      [
        ...['adamw-gradient-none', 'sgd-gradient-none-lr0.1', 'adamw-centralize', 'sgd-centralize-lr0.1'],
        ...['adamw-gan', 'sgd-gan-lr0.1', 'adamw-gan-no-autoscale', 'sgd-gan-lr0.1-no-autoscale'],
        ...['adamw-gan-no-center', 'sgd-gan-lr0.1-no-center'],
        ...['adamw-gan-no-adaptiveExponent', 'sgd-gan-lr0.1-no-adaptiveExponent'],
      ],
      [42, 52, 62],
    ],
  ])('%s has these members, each with every seed', async (name, members, seeds) => {
    const sweep = await loadSweep(`configs/sweeps/${name}.yaml`);
    expect(sweep).toMatchObject({ name, directory: `results/${name}` });
    expect(sweep.members.map((member) => [member.name, member.seed])).toStrictEqual(
      members.flatMap((member) => seeds.map((seed) => [member, seed])),
    );
    expect(sweep.definition.compare).toMatchObject({ equivalenceMargin: 0.005 });
  });

  it.each(['resnet20', 'resnet56', 'vgg16bn'])('%s trains what the presets train', async (model) => {
    const { members } = await loadSweep(`configs/sweeps/${model}.yaml`);
    const { members: all } = await loadSweep('configs/sweeps/paper.yaml');
    for (const { name, seed, config } of members) {
      const preset = await loadConfig(`configs/${model}-${name}.json`);
      expect(preset.seeds).toContain(seed);
      expect(configDifferences(preset, config)).toStrictEqual([]);
      const twin = all.find((member) => member.name === `${model}-${name}` && member.seed === seed);
      expect(configDifferences(preset, twin?.config ?? config)).toStrictEqual([]);
    }
  });

  it('dynamics is 300 epochs of CIFAR-10', async () => {
    const { members } = await loadSweep('configs/sweeps/dynamics.yaml');
    expect(members.map(({ config }) => [config.dataset.name, config.epochs])).toStrictEqual(
      nine.map(() => ['cifar10', 300]),
    );
  });

  it('dynamics-vit trains what the presets train, on CIFAR-10', async () => {
    const { members } = await loadSweep('configs/sweeps/dynamics-vit.yaml');
    for (const { name, config } of members) {
      const preset = await loadConfig(`configs/vit-tiny-${name}.json`);
      expect(configDifferences({ ...preset, dataset: config.dataset }, config)).toStrictEqual([]);
      expect(config.dataset.name).toBe('cifar10');
    }
  });

  it('strong has label smoothing 0.1 and CutMix 1, gan as in its preset', async () => {
    const { members } = await loadSweep('configs/sweeps/strong.yaml');
    const preset = await loadConfig('configs/resnet56-gan-strong.json');
    const gan = members.filter(({ name }) => name === 'gan');
    expect(gan.map(({ config }) => configDifferences(preset, config))).toStrictEqual([[], [], []]);
  });

  it('gan-stages puts SGD at 0.1 with momentum 0.9, and AdamW at 1e-3', async () => {
    const sweep = await loadSweep('configs/sweeps/gan-stages.yaml');
    const bases = new Set(
      sweep.members.map(({ config: { optimizer: o } }) =>
        JSON.stringify([o.base, o.learningRate, o.momentum]),
      ),
    );
    expect([...bases]).toStrictEqual(['["adamw",0.001,0.9]', '["sgd",0.1,0.9]']);
    expect(namesOf(sweep)).toHaveLength(12);
  });
});
