import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffConfigs, loadConfig, parseResolvedConfig } from '../../src/config/index.js';
import { UserError } from '../../src/errors.js';
import { someConfig } from './some-config.js';

describe('parseResolvedConfig', () => {
  it('reads back exactly what was stored', () => {
    fc.assert(
      fc.property(someConfig, (config) => {
        const stored = JSON.stringify(config);
        expect(parseResolvedConfig(stored, 'config.json')).toStrictEqual(JSON.parse(stored));
        expect(diffConfigs(JSON.parse(stored), parseResolvedConfig(stored, 'config.json'))).toStrictEqual([]);
      }),
    );
  });

  it('fills in keys that a later version added', async () => {
    const config = await loadConfig('configs/resnet20-gan.json');
    const older = { ...config, evalBatchSize: undefined };
    expect(parseResolvedConfig(JSON.stringify(older), 'config.json')).toStrictEqual(config);
  });

  it.each([
    ['{"model": "resnet20"', /config\.json: .*JSON/],
    ['[]', /config\.json: /],
    [
      '{"model": "resnet20", "name": "a", "epochs": 0}',
      /config\.json: epochs: found 0; allowed: a whole number/,
    ],
    ['{"model": "resnet20", "name": "a", "__proto__": {}}', /config\.json: __proto__: unknown key/],
    ['{"model": "resnet20"}', /config\.json: name: missing/],
  ])('refuses %s and says why', (text, message) => {
    const parse = () => parseResolvedConfig(text, 'runs/config.json');
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^runs\/config\.json is not the configuration of a run that can be continued/);
  });
});

describe('diffConfigs', () => {
  it('names each key that differs, with both values, and passes over seeds and output', async () => {
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
    expect(diffConfigs(before, now).toSorted()).toStrictEqual([
      'dataset.trainSamples: was not set, now 5000',
      'epochs: was 200, now 100',
      'optimizer.gan.center: was true, now false',
      'regularization.cutmix: was 1, now not set',
      'schedule.decay.multistep.at: was not set, now [60,120]',
      'schedule.decay.multistep.factor: was not set, now 0.1',
      'schedule.decay.step.every: was 30, now not set',
      'schedule.decay.step.factor: was 0.75, now not set',
    ]);
    expect(diffConfigs(now, now)).toStrictEqual([]);
  });

  it('takes a key that an older version did not have as its default', async () => {
    const now = await loadConfig('configs/smoke.json');
    const { precision, ...older } = now;
    expect(precision).toBe('float32');
    expect(diffConfigs(older, now)).toStrictEqual([]);
    expect(diffConfigs(older, { ...now, precision: 'bfloat16' })).toStrictEqual([
      'precision: was "float32", now "bfloat16"',
    ]);
  });

  it('takes anything for the stored side', async () => {
    const now = await loadConfig('configs/smoke.json');
    for (const stored of [undefined, null, 5, 'x', []]) {
      expect(diffConfigs(stored, now)).toContain('model: was not set, now "resnet20"');
    }
  });
});
