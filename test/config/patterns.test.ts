import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLike, joinPatterns, patternOf, readPatterns } from '../../src/config/index.js';
import { runConfig } from '../support/runs.js';

const read = (...texts: string[]) => readPatterns('--baseline', texts);
const treeOf = (...texts: string[]) => joinPatterns(read(...texts));

describe('readPatterns', () => {
  it('reads keys with values in YAML notation, optimizers by their short names', () => {
    expect(read('optimizer.learningRate=1e-3', 'model=resnet20').map(({ tree }) => tree)).toEqual([
      { optimizer: { learningRate: 0.001 } },
      { model: 'resnet20' },
    ]);
    expect(read('optimizer=adamw')).toEqual([
      {
        label: '--baseline optimizer=adamw',
        keys: 'optimizer',
        tree: { optimizer: { gradient: 'none', base: 'adamw' } },
      },
    ]);
  });

  it.each([
    ['optimizer', 'allowed: key=value, such as --baseline optimizer.learningRate=5e-4'],
    ['optimizr=gan', 'optimizr'],
    ['model=', 'allowed: key=value'],
    ['model=[', 'the value cannot be read'],
    ['seed=1', 'seed'],
  ])('refuses %s', (text, message) => {
    expect(() => read('model=resnet20', text)).toThrow(message);
  });

  it('lists all that is wrong, and takes keys that stand beside a configuration', () => {
    expect(() => read('optimizr=gan', 'modl=x')).toThrow(/optimizr[^]*modl/);
    expect(readPatterns('--only', ['seed=1'], ['seed'])[0]?.tree).toEqual({ seed: 1 });
  });
});

describe('patternOf', () => {
  it('takes keys dotted or nested alike', () => {
    const dotted = patternOf('', { 'optimizer.gradient': 'gan', model: 'vgg11bn' });
    expect(dotted.tree).toEqual(patternOf('', { model: 'vgg11bn', optimizer: { gradient: 'gan' } }).tree);
    expect(dotted.keys).toBe('model optimizer.gradient');
  });
});

describe('isLike', () => {
  const config = runConfig({ optimizer: { gradient: 'gan', learningRate: 0.01 } });

  it.each([
    ['optimizer=gan', true],
    ['optimizer=zscore', false],
    ['optimizer.learningRate=1e-2', true],
    ['regularization.cutmix=null', true],
    ['optimizer={}', true],
  ])('%s: %s', (text, expected) => {
    expect(isLike(config, treeOf(text))).toBe(expected);
  });
});

describe('joinPatterns', () => {
  it('asks all, of the same key what the later says', () => {
    expect(treeOf()).toEqual({});
    expect(treeOf('optimizer=gan', 'model=resnet20', 'optimizer.base=sgd')).toEqual({
      optimizer: { gradient: 'gan', base: 'sgd' },
      model: 'resnet20',
    });
    expect(treeOf('optimizer.base=sgd', 'optimizer=gan')).toEqual({
      optimizer: { gradient: 'gan', base: 'adamw' },
    });
  });

  it('keeps what is said of an inner key beside what is said of the outer one', () => {
    expect(treeOf('optimizer={}', 'optimizer.gradient=gan')).toEqual({ optimizer: { gradient: 'gan' } });
    expect(treeOf('schedule.decay=constant', 'schedule.decay.cosine.minimum=0')).toEqual({
      schedule: { decay: { cosine: { minimum: 0 } } },
    });
  });

  it('is like exactly what all of them are like, where no two say otherwise', () => {
    const texts = ['model=resnet20', 'optimizer.gradient=gan', 'optimizer.learningRate=0.01', 'epochs=2'];
    const settings = fc.record({
      model: fc.constantFrom('resnet20', 'vgg11bn'),
      optimizer: fc.record({
        gradient: fc.constantFrom('gan', 'none'),
        learningRate: fc.constantFrom(0.01, 0.02),
      }),
      epochs: fc.constantFrom(2, 3),
    });
    fc.assert(
      fc.property(settings, fc.shuffledSubarray(texts), (setting, some) => {
        const config = runConfig(setting);
        const all = read(...some).every(({ tree }) => isLike(config, tree));
        expect(isLike(config, treeOf(...some))).toBe(all);
      }),
      { numRuns: 50 },
    );
  });
});
