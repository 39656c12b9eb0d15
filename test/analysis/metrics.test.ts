import { describe, expect, it } from 'vitest';
import { DEFAULT_METRIC, metricNamed, METRICS } from '../../src/analysis/metrics.js';
import { UserError } from '../../src/errors.js';
import { expectNear } from './fixtures.js';
import { rowsOf } from './runs.js';

const rows = rowsOf([0.25, 0.5, 0.375, 0.75, 0.5, 0.625], (epoch) => ({
  train_accuracy: epoch === 6 ? 0.875 : 0.5,
  test_loss: epoch === 6 ? 1.5 : 3,
  epoch_seconds: epoch,
  grad_global_std: 2 ** (epoch % 2),
}));

describe('metricNamed', () => {
  it.each([
    ['last', 0.625],
    ['best', 0.75],
    // 0.5, 0.375, 0.75, 0.5, 0.625: 2.75 / 5
    ['mean-of-last-5', 0.55],
    // 3 / 6
    ['area', 0.5],
    ['epochs-to:0.6', 4],
    ['epochs-to:.375', 2],
    ['seconds-to:0.6', 1 + 2 + 3 + 4],
    ['seconds-to:1', Infinity],
    ['test-loss', 1.5],
    ['gap', 0.25],
    // Steps ¼, −⅛, ⅜, −¼, ⅛; second differences −⅜, ½, −⅝, ⅜: squares (9 + 16 + 25 + 9) / 64 over 6 · 4
    ['noise', Math.sqrt(59 / 64 / 24)],
    // 9/8 − 3/8
    ['excess-variation', 0.75],
    ['drawdown', 0.25],
    // log 2 down, up, down, up, down: mean −log 2 / 5, squares (3 · 16 + 2 · 36) / 25 = 24/5, over 4
    ['gradient-noise', Math.LN2 * Math.sqrt(1.2)],
  ])('%s works out by hand', (name, expected) => {
    const metric = metricNamed(name);
    expect(metric.name).toBe(name);
    expectNear(metric.of(rows), expected);
  });

  it('leaves the warm-up out of how smooth a curve is, and of nothing else', () => {
    const warm = rowsOf([0.5, 0, 0.25, 0.5], (epoch) => ({ learning_rate: Math.min(epoch / 2, 1) }));
    expect(metricNamed('drawdown').of(warm)).toBe(0);
    expect(metricNamed('area').of(warm)).toBe(0.3125);
  });

  it('has nothing to say of a run without epochs', () => {
    for (const { name } of METRICS) {
      const value = metricNamed(name.replace('<accuracy>', '0.5')).of([]);
      expect(value === undefined || value === Infinity, name).toBe(true);
    }
  });

  it('knows every metric by the name that it is listed under', () => {
    for (const { name, meaning } of METRICS) {
      expect(metricNamed(name.replace('<accuracy>', '0.5')).meaning).toBe(meaning);
    }
    expect(metricNamed(DEFAULT_METRIC).unit).toBe('share');
  });

  it('marks what is chosen on the test images', () => {
    expect(METRICS.filter(({ chosenOnTest }) => chosenOnTest).map(({ name }) => name)).toEqual(['best']);
  });

  it.each([
    ['lst', 'metric "lst": there is no such metric; did you mean "last"? The metrics are last, best, '],
    ['', 'metric "": there is no such metric. '],
    ['toString', 'metric "toString": there is no such metric'],
    ['last:3', 'metric "last:3": last takes no target. '],
    [
      'epochs-to',
      'metric "epochs-to": epochs-to takes a test accuracy above 0 and up to 1, as in epochs-to:0.6. ',
    ],
    ['epochs-to:60', 'epochs-to takes a test accuracy'],
    ['epochs-to:0', 'epochs-to takes a test accuracy'],
    ['epochs-to:0x1', 'epochs-to takes a test accuracy'],
    ['seconds-to:0.5:0.6', 'seconds-to takes a test accuracy'],
    ['\u001b[31m', 'metric "\\u001b[31m": there is no such metric'],
  ])('refuses %j', (name, message) => {
    const error = captured(() => metricNamed(name));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
  });
});

function captured(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error('no UserError');
}
