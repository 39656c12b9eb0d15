import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupRuns } from '../../src/analysis/groups.js';
import { labelGroups } from '../../src/analysis/labels.js';
import { studyRun } from './runs.js';

/** The labels of groups of one run each: what tells them apart, the architecture before a colon where it varies. */
function labelsOf(...configs: object[]): string[] {
  const labels = labelGroups(groupRuns(configs.map((config) => studyRun({ config }))));
  return [...labels.values()].map(({ architecture, settings }) =>
    architecture === undefined ? settings : `${architecture}: ${settings}`,
  );
}

const of = (optimizer: object, rest: object = {}) => ({ optimizer, ...rest });

describe('labelGroups', () => {
  it('calls optimizers by one word, though more keys vary with it', () => {
    expect(labelsOf(of({ gradient: 'none' }), of({ gradient: 'zscore' }), of({ gradient: 'gan' }))).toEqual([
      'adamw',
      'zscore',
      'gan',
    ]);
  });

  it('names the base where it varies', () => {
    const bases = ['adamw', 'sgd'];
    const all = bases.flatMap((base) => [of({ gradient: 'none', base }), of({ gradient: 'gan', base })]);
    expect(labelsOf(...all)).toEqual(['adamw', 'gan+adamw', 'sgd', 'gan+sgd']);
  });

  it('has the architecture apart, and only where it varies', () => {
    const gan = { gradient: 'gan' };
    expect(labelsOf(of(gan), of(gan, { model: 'vgg11bn' }))).toEqual(['resnet20: ', 'vgg11bn: ']);
    expect(labelsOf(of({ gradient: 'none' }), of(gan))).toEqual(['adamw', 'gan']);
  });

  it('names other keys by their last word', () => {
    expect(labelsOf(of({ learningRate: 0.001 }), of({ learningRate: 0.01 }))).toEqual([
      'learningRate=0.001',
      'learningRate=0.01',
    ]);
    expect(labelsOf({ precision: 'float32' }, { precision: 'bfloat16' })).toEqual([
      'precision=float32',
      'precision=bfloat16',
    ]);
  });

  it('names options of models where those that read them differ', () => {
    const vit = (pool: string) => ({ model: 'vit-tiny', modelOptions: { pool } });
    expect(labelsOf(vit('class'), vit('mean'))).toEqual(['pool=class', 'pool=mean']);
    expect(labelsOf({ model: 'resnet20' }, vit('class'))).toEqual(['resnet20: ', 'vit-tiny: ']);
  });

  it('names a stage of gan where it is left out, and beside another transform never', () => {
    expect(
      labelsOf(
        of({ gradient: 'none' }),
        of({ gradient: 'gan' }),
        of({ gradient: 'gan', gan: { center: false } }),
      ),
    ).toEqual(['adamw', 'gan', 'gan center=false']);
  });

  it('leaves out keys that follow from others', () => {
    expect(
      labelsOf(of({ learningRate: 0.001 }, { epochs: 2 }), of({ learningRate: 0.01 }, { epochs: 3 })),
    ).toEqual(['epochs=2', 'epochs=3']);
  });

  it('is empty of one group, and of none there is none', () => {
    expect(labelsOf(of({ gradient: 'gan' }))).toEqual(['']);
    expect(labelsOf()).toEqual([]);
  });

  it('gives no two groups the same', () => {
    const config = fc.record({
      model: fc.constantFrom('resnet20', 'vgg11bn'),
      epochs: fc.constantFrom(2, 3),
      optimizer: fc.oneof(
        fc.record({
          gradient: fc.constantFrom('none', 'zscore'),
          base: fc.constantFrom('adamw', 'sgd'),
          learningRate: fc.constantFrom(0.1, 0.01),
        }),
        fc.record({
          gradient: fc.constant('gan'),
          gan: fc.record({ center: fc.boolean(), autoscale: fc.boolean() }),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(config, { minLength: 1, maxLength: 8 }), (configs) => {
        const labels = labelsOf(...configs);
        expect(new Set(labels).size).toBe(labels.length);
      }),
      { numRuns: 50 },
    );
  });
});
