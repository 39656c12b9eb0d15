import { expect, it } from 'vitest';

import { afterEpoch, afterStep, meanStatistics, untrained } from '../../src/train/state.js';
import type { StepReport } from '../../src/train/step.js';

/** A step whose four statistics are all different. */
function stepReport(gradMean: number): StepReport {
  const global = { gradMean, gradStd: 10 * gradMean, updateMean: -gradMean, updateStd: 100 * gradMean };
  return { loss: 1, accuracy: 0, reports: {}, layers: [{ layer: 'global', elements: 3, ...global }] };
}

it('the statistics of an epoch are the means over its own steps, each of its own kind', () => {
  const before = afterEpoch(afterStep(untrained, stepReport(50), 1));
  const progress = [1, 2, 6].reduce((done, gradMean) => afterStep(done, stepReport(gradMean), 1), before);
  expect(meanStatistics(progress)).toEqual([
    { layer: 'global', elements: 3, gradMean: 3, gradStd: 30, updateMean: -3, updateStd: 300 },
  ]);
});
