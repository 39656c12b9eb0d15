import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hintFor, nearest } from '../../src/support/nearest.js';

describe('nearest', () => {
  it.each([
    ['sgdm', ['adamw', 'sgd'], 'sgd'],
    ['adamW', ['adam', 'adamw'], 'adamw'],
    ['momnetum', ['momentum', 'mixup'], 'momentum'],
    ['weight-decay', ['weightDecay', 'decay'], 'weightDecay'],
    ['lr', ['momentum', 'learningRate'], 'learningRate'],
    ['WD', ['weight-decay'], 'weight-decay'],
    ['warmup', ['decay', 'warmupEpochs'], 'warmupEpochs'],
    ['numEpochs', ['name', 'epochs'], 'epochs'],
    ['smoothing', ['labelSmoothing'], 'labelSmoothing'],
    ['decays', ['decayFactor', 'decay'], 'decay'],
    ['ab', ['abstract'], undefined],
    // One replaced of three letters is just near enough, two swapped of four count as one, two of five are too many.
    ['sgx', ['sgd'], 'sgd'],
    ['adma', ['adam'], 'adam'],
    ['abxyc', ['abcde'], undefined],
    // A swap costs as much as a replacement: the first of two as near is meant.
    ['adma', ['adna', 'adam'], 'adna'],
    // No initials of a single word.
    ['e', ['epochs'], undefined],
    ['xyz', ['adamw', 'sgd'], undefined],
    ['', ['a'], undefined],
    ['a', [], undefined],
  ])('%s among %j', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it('finds a candidate with one letter left out, doubled or replaced, or two neighbours swapped', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.constantFrom('drop', 'double', 'replace', 'swap'), (at, slip) => {
        const [before, letter, after] = [
          'momentum'.slice(0, at),
          'momentum'.charAt(at),
          'momentum'.slice(at + 1),
        ];
        const typed = {
          drop: before + after,
          double: before + letter + letter + after,
          replace: `${before}x${after}`,
          swap: before + after.slice(0, 1) + letter + after.slice(1),
        }[slip];
        expect(nearest(typed, ['beta1', 'momentum', 'epsilon'])).toBe('momentum');
      }),
    );
  });
});

describe('hintFor', () => {
  it('ends a message with what was meant, if that can be told', () => {
    expect(hintFor('resnet-20', ['resnet20', 'vgg11bn'])).toBe('; did you mean "resnet20"?');
    expect(hintFor('transformer', ['resnet20', 'vgg11bn'])).toBe('');
  });
});
