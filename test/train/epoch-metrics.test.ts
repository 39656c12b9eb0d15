import { expect, it } from 'vitest';

import { epochMetrics } from '../../src/train/epoch-metrics.js';
import { afterEpoch, afterStep, untrained } from '../../src/train/state.js';
import type { StepReport } from '../../src/train/step.js';

const told = { unit: '', meaning: 'A number.' };
const REPORTS = [
  { ...told, name: 'factor', ofEpoch: 'mean' },
  { ...told, name: 'exponent', ofEpoch: 'last' },
  { ...told, name: 'silent', ofEpoch: 'mean' },
] as const;

function stepReport(loss: number, accuracy: number, reports: Record<string, number>): StepReport {
  const layer = { layer: 'global', elements: 2, gradMean: 0, updateMean: 0 };
  return { loss, accuracy, reports, layers: [{ ...layer, gradStd: 2 * loss, updateStd: loss }] };
}

it('an epoch has the means of its steps, the rates of its seconds, and mean or last of what was reported', () => {
  // Another epoch before it, which leaves no trace.
  const before = afterEpoch(afterStep(untrained, stepReport(9, 1, { factor: 9, exponent: 9 }), 9));
  const first = afterStep(before, stepReport(3, 0.5, { factor: 0.5, exponent: 0.1 }), 1.5);
  const progress = afterStep(first, stepReport(1, 0.25, { factor: 0.25, exponent: 0.2 }), 2.5);
  const metrics = epochMetrics({
    progress,
    evaluation: { loss: 1.5, accuracy: 0.75 },
    learningRate: 0.01,
    batchSize: 50,
    reports: REPORTS,
    evaluationSeconds: 0.5,
    othersShare: 0.125,
  });
  expect(metrics).toEqual({
    ...{ epoch: 2, step: 3, learningRate: 0.01 },
    ...{ trainLoss: 2, trainAccuracy: 0.375, testLoss: 1.5, testAccuracy: 0.75 },
    ...{ gradGlobalStd: 4, updateGlobalStd: 2 },
    reports: { factor: 0.375, exponent: 0.2 },
    // 100 images in 4 seconds
    ...{
      trainSeconds: 4,
      evaluationSeconds: 0.5,
      epochSeconds: 4.5,
      imagesPerSecond: 25,
      othersShare: 0.125,
    },
  });
});
