import { describe, expect, it } from 'vitest';

import { describeEstimate, estimateReportSchema, warningsOf } from '../../src/cli/estimate-report.js';
import type { EstimateReport } from '../../src/cli/estimate-report.js';
import { someMeasurement } from '../bench/some-measurement.js';

const row = (changes: Partial<EstimateReport['rows'][number]> = {}): EstimateReport['rows'][number] => ({
  names: ['gan/seed-42', 'gan/seed-52'],
  ...{ model: 'resnet20', dataset: 'cifar100', batchSize: 128, optimizer: 'gan + adamw' },
  ...{ precision: 'float32', steps: 39_000, memoryBytes: 1.5e9 },
  seconds: { low: 3510, expected: 3900, high: 5850 },
  measured: someMeasurement(),
  ...changes,
});

const report: EstimateReport = {
  ...{ runs: 3, finished: 1, directory: 'results/s', warnings: [] },
  rows: [row(), row({ names: ['adamw/seed-42'], optimizer: 'adamw', precision: 'bfloat16' })],
  whole: {
    ...{ workers: 2, threads: 1, seconds: { low: 7020, expected: 7800, high: 11_700 } },
    ...{ workerMemoryBytes: 1.5e9, memoryBytes: 3e9 },
    ...{ checkpointBytes: 20e6, csvBytes: 1e6, diskBytes: 27e6 },
  },
  machine: { memoryBytes: 16e9, freeDiskBytes: 80e9 },
};

describe('an estimate', () => {
  it('is of its schema', () => {
    expect(estimateReportSchema.parse(report)).toEqual(report);
  });

  it('is a table and what it comes to, in 100 columns', () => {
    const lines = describeEstimate(report);
    expect(lines.slice(0, 9)).toEqual([
      'estimate for 3 runs, cifar100; 1 run finished before',
      '',
      'kind                              runs  steps  s/step    quartiles  time a run  memory',
      'resnet20 128 gan + adamw float32     2  39000   0.100  0.090–0.150  1 h 05 min  1.5 GB',
      'resnet20 128 adamw bfloat16          1  39000   0.100  0.090–0.150  1 h 05 min  1.5 GB',
      '',
      'time    2 h 10 min (1 h 57 min to 3 h 15 min by the quartiles), 2 workers on 1 thread each',
      'memory  3.0 GB at once, the machine has 16.0 GB',
      'disk    27.0 MB in results/s (checkpoints 20.0 MB, CSV 1.0 MB), 80.0 GB free',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('names a run where kinds have the same words', () => {
    const twins = [row(), row({ names: ['gan-centre-only/seed-42'] })];
    const lines = describeEstimate({ ...report, rows: twins });
    expect(lines[3]).toMatch(/^resnet20 128 gan \+ adamw \(gan\/seed-42\) /);
    expect(lines[4]).toMatch(/^resnet20 128 gan \+ adamw \(gan-centre-only\/seed-42\) /);
  });

  it('of nothing says so', () => {
    expect(describeEstimate({ ...report, rows: [], runs: 0, finished: 4 })).toEqual([
      'nothing is left to run; 4 runs finished before',
    ]);
  });
});

describe('warnings', () => {
  const needs = { workers: 2, memoryBytes: 3e9, diskBytes: 27e6 };
  const warnings = (machine: EstimateReport['machine']) => warningsOf(needs, machine, 'results/s');

  it('are not given where there is room', () => {
    expect(warnings({ memoryBytes: 3e9, freeDiskBytes: 27e6 })).toEqual([]);
  });

  it('say what is too little, and what to do', () => {
    expect(warnings({ memoryBytes: 2e9, freeDiskBytes: 20e6 })).toEqual([
      'memory: 2 workers will need about 3.0 GB, and the machine has 2.0 GB; take fewer workers (--workers) or smaller batches',
      'disk: about 27.0 MB will be written, and 20.0 MB is free in results/s; make space, or keep fewer checkpoints (checkpoint.keep)',
    ]);
  });
});
