import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configDifferences, loadConfig, trainedKeys, trainingKey } from '../../src/config/index.js';
import { runConfig } from '../support/runs.js';
import { someConfig } from './some-config.js';

describe('configDifferences', () => {
  it('finds none between a configuration and what was stored of it', () => {
    fc.assert(
      fc.property(someConfig, (config) => {
        expect(configDifferences(JSON.parse(JSON.stringify(config)), config)).toStrictEqual([]);
      }),
    );
  });

  it('names each key that differs, with both values', async () => {
    const before = await loadConfig('configs/resnet56-gan-strong.json');
    const now = await loadConfig('configs/resnet56-gan-strong.json', {
      set: [
        'epochs=100',
        'optimizer.gan.center=false',
        'regularization.cutmix=null',
        'schedule.decay={multistep: {at: [60, 120]}}',
        'dataset.trainSamples=5000',
      ],
      seeds: [1],
      output: 'elsewhere',
    });
    expect(configDifferences(before, now).toSorted()).toStrictEqual([
      'dataset.trainSamples: was not set, now 5000',
      'epochs: was 200, now 100',
      'optimizer.gan.center: was true, now false',
      'regularization.cutmix: was 1, now not set',
      'schedule.decay.multistep.at: was not set, now [60,120]',
      'schedule.decay.multistep.factor: was not set, now 0.1',
      'schedule.decay.step.every: was 30, now not set',
      'schedule.decay.step.factor: was 0.75, now not set',
    ]);
    expect(configDifferences(now, now)).toStrictEqual([]);
  });

  it('passes over what says where and how a run is made and recorded, and over nothing else', async () => {
    const now = await loadConfig('configs/smoke.json');
    const elsewhere = {
      ...{ name: 'other', output: 'elsewhere', seeds: [1, 2], backend: 'cpu' as const },
      ...{ log: { everySteps: 7 }, checkpoint: { everyEpochs: 9, keep: 9, initial: true } },
    };
    expect(configDifferences({ ...now, ...elsewhere }, now)).toStrictEqual([]);
    expect(configDifferences(now, { ...now, ...elsewhere })).toStrictEqual([]);
    const others = Object.keys(now).filter((key) => !Object.hasOwn(elsewhere, key));
    for (const key of others) {
      const differences = configDifferences({ ...now, [key]: 'another' }, now);
      expect(differences.some((text) => text.startsWith(key))).toBe(true);
    }
  });

  it('takes a key that an older version did not have as its default', async () => {
    const now = await loadConfig('configs/smoke.json');
    const { precision, ...older } = now;
    expect(precision).toBe('float32');
    expect(configDifferences(older, now)).toStrictEqual([]);
    expect(configDifferences(older, { ...now, precision: 'bfloat16' })).toStrictEqual([
      'precision: was "float32", now "bfloat16"',
    ]);
  });

  it('takes anything for the stored side', async () => {
    const now = await loadConfig('configs/smoke.json');
    for (const stored of [undefined, null, 5, 'x', []]) {
      expect(configDifferences(stored, now)).toContain('model: was not set, now "resnet20"');
    }
  });
});

describe('trainedKeys', () => {
  const momentum = (optimizer: object) =>
    trainedKeys(runConfig({ optimizer: { momentum: 0.5, ...optimizer } })).get('optimizer.momentum');
  const keysOf = (optimizer: object): string[] =>
    [...trainedKeys(runConfig({ optimizer })).keys()].filter((key) => key.startsWith('optimizer.'));

  it('are those that transform and base read, by name, and no circumstances', () => {
    expect(keysOf({ gradient: 'clip', base: 'sgd' })).toEqual([
      ...['optimizer.base', 'optimizer.clipNorm', 'optimizer.eligible', 'optimizer.gradient'],
      ...['optimizer.learningRate', 'optimizer.momentum', 'optimizer.nesterov', 'optimizer.weightDecay'],
    ]);
    expect(keysOf({ gradient: 'gan', base: 'adam' })).toEqual([
      ...['optimizer.base', 'optimizer.beta1', 'optimizer.beta2', 'optimizer.eligible', 'optimizer.epsilon'],
      ...['optimizer.gan.adaptiveExponent', 'optimizer.gan.autoscale', 'optimizer.gan.center'],
      ...['optimizer.gradient', 'optimizer.learningRate', 'optimizer.weightDecay'],
    ]);
    expect([...trainedKeys(runConfig()).keys()]).not.toContain('name');
  });

  it('make one training of configurations that differ in nothing else', () => {
    expect([momentum({ base: 'sgd' }), momentum({ base: 'adamw' })]).toEqual(['0.5', undefined]);
    const [usual, other] = [{}, { momentum: 0.5 }].map((keys) => runConfig({ optimizer: keys }));
    if (usual === undefined || other === undefined) throw new Error('no configurations');
    expect(trainingKey(usual)).toBe(trainingKey(other));
    expect(configDifferences(usual, other)).toEqual(['optimizer.momentum: was 0.9, now 0.5']);
  });
});
