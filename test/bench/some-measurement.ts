import type { RunMeasurement } from '../../src/bench/run-measurement.js';

/** What a run is said to take: round numbers, so that a test can reckon by hand. */
export function someMeasurement(changes: Partial<RunMeasurement> = {}): RunMeasurement {
  return {
    backend: 'wasm',
    steps: 8,
    stepMilliseconds: { min: 80, lowerQuartile: 90, median: 100, upperQuartile: 150 },
    evaluationMilliseconds: 2,
    startSeconds: 3,
    othersShare: 0.25,
    peakRssBytes: 1_000_000_000,
    weightsBytes: 1000,
    optimizerBytes: 2000,
    reports: {},
    rowBytes: {
      epochs: [
        { file: 'metrics.csv', header: 10, added: 100 },
        { file: 'gradients.csv', header: 20, added: 1000 },
      ],
      steps: { file: 'steps.csv', header: 5, added: 7 },
    },
    ...changes,
  };
}
