import { describe, expect, it } from 'vitest';

import { benchOptionsSchema, combinationsOf, workloadOf } from '../../src/cli/bench-options.js';
import { describeReport } from '../../src/cli/bench-report.js';
import type { BenchReport } from '../../src/cli/bench-report.js';
import { benchCommand } from '../../src/cli/bench.js';
import { openEngine } from '../../src/tensor/backend.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { parameterLayout } from '../support/layouts.js';

async function run(...args: string[]): Promise<void> {
  await benchCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(args, { from: 'user' });
}

describe('gan-bench bench refuses', () => {
  it.each([
    [['--model', 'resnet21'], /^--model: found "resnet21"; allowed: resnet20, .*did you mean "resnet20"\?$/],
    [['--batch-size', '64', '0'], '--batch-size: found "0"; allowed: whole numbers from 1 to 65536'],
    [['--optimizer', 'gan', 'adam'], /^--optimizer: found "adam"; allowed: adamw, zscore, gan, or /],
    [['--optimizer', 'gan+none'], /^--optimizer: found "gan\+none"; allowed: /],
    [['--optimizer', 'gan+sgd+sgd'], /^--optimizer: found "gan\+sgd\+sgd"; allowed: /],
    [['--precision', 'float32', 'bfloat'], /^--precision: found "bfloat"; allowed: float32, bfloat16/],
    [['--backend', 'gpu'], /^--backend: found "gpu"; allowed: auto, tensorflow, /],
    [['--steps', '0'], '--steps: found "0"; allowed: a whole number of at least 1'],
    [['--steps', 'ten'], '--steps: found "ten"; allowed: a whole number of at least 1'],
    [['--warmup', '1.5'], '--warmup: found "1.5"; allowed: a whole number of at least 0'],
  ])('%j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
    await expect(run(...args)).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  });
});

describe('its options', () => {
  it('measure ResNet-20, batch 128, gan and float32 unless told otherwise', () => {
    const options = benchOptionsSchema.parse({});
    expect(options).toMatchObject({ backend: 'auto', steps: 20 });
    expect(combinationsOf(options)).toEqual([
      { model: 'resnet20', batchSize: 128, optimizer: 'gan', precision: 'float32' },
    ]);
  });

  it('are crossed', () => {
    const model = ['resnet20', 'vgg16bn'];
    const [optimizer, precision] = [
      ['gan', 'adamw'],
      ['bfloat16', 'float32'],
    ];
    const options = benchOptionsSchema.parse({ model, batchSize: ['32', '64'], optimizer, precision });
    const combinations = combinationsOf(options);
    expect(combinations).toHaveLength(16);
    const [first, last] = [
      { model: 'resnet20', batchSize: 32 },
      { model: 'vgg16bn', batchSize: 64 },
    ];
    expect(combinations[1]).toEqual({ ...first, optimizer: 'gan', precision: 'float32' });
    expect(combinations[2]).toEqual({ ...first, optimizer: 'adamw', precision: 'bfloat16' });
    expect(combinations[15]).toEqual({ ...last, optimizer: 'adamw', precision: 'float32' });
  });

  it.each([
    { optimizer: 'zscore', state: ['base.firstMoment', 'base.secondMoment'] },
    { optimizer: 'clip+sgd', state: ['base.velocity'] },
  ])('name an optimizer by one word or by its two parts: $optimizer', async ({ optimizer, state }) => {
    const engine = await openEngine({ backend: 'cpu' });
    const { methods, batchSize } = workloadOf({ model: 'resnet20', batchSize: 2, optimizer });
    const layout = parameterLayout([{ name: 'kernel', shape: [2, 1] }]);
    const made = methods.optimizer(engine, layout).init(optimizerRandomness(1));
    expect([...made.keys()]).toEqual(state);
    expect(batchSize).toBe(2);
    for (const tensor of made.values()) tensor.dispose();
  });
});

describe('its table', () => {
  it('has one line for each row, below headers of the same length', () => {
    const lines = describeReport(report);
    expect(lines[0]).toBe('gan-bench 1.0.0, Node 20.17.0, TensorFlow 2.21.0 on CPU: Some, 2 cores');
    expect(lines[2]).toMatch(/^model +batch +optimizer +precision +ms\/step +min +quartiles +images\/s /);
    expect(lines[3]).toMatch(
      /^resnet20 +128 +gan +float32 +200\.0 +190\.0 +195\.0–210\.0 +640 +31\.00 +155 +77\.5 % of 200 +2\.0 %$/,
    );
    expect(lines[3]).toHaveLength(lines[2]?.length ?? 0);
    expect(lines[6]).toMatch(
      /^model +batch +optimizer +precision +operations +GB +GB\/s +of a sum +page faults +huge pages +tensors +peak RSS$/,
    );
    expect(lines[7]).toMatch(
      /^resnet20 +128 +gan +float32 +155 +2\.00 +10\.0 +50\.0 % of 20\.0 +12 +3 MiB +8 +1024 MiB$/,
    );
    expect(lines.at(-1)).toMatch(/^resnet20 +128 +gan +float32 +25\.0 % +75\.0 %$/);
  });

  it('shows when tensors are left behind', () => {
    const rows = report.rows.map((row) => ({ ...row, liveTensors: { afterFirst: 8, afterLast: 27 } }));
    expect(describeReport({ ...report, rows })[7]).toContain(' 8 → 27 ');
  });

  it('has dashes for what the engine or the system does not tell', () => {
    const rows = report.rows.map((row) => ({ ...row, traffic: undefined, hugePageBytes: undefined }));
    expect(describeReport({ ...report, rows })[7]).toMatch(/ float32 +– +– +– +– +12 +– +8 +1024 MiB$/);
  });
});

const spread = { min: 190, lowerQuartile: 195, median: 200, upperQuartile: 210 };

const report: BenchReport = {
  program: { version: '1.0.0', gitCommit: null, gitDirty: null, node: '20.17.0', tfjs: '4.22.0' },
  engine: { backend: 'tensorflow', library: 'TensorFlow 2.21.0', devices: ['CPU: Some'] },
  machine: {
    ...{ platform: 'linux', release: '6', arch: 'x64', cpuModel: 'Some', cpuCores: 2, memoryBytes: 1 },
  },
  rows: [
    {
      ...{ model: 'resnet20', batchSize: 128, optimizer: 'gan', precision: 'float32', steps: 20, warmup: 3 },
      ...{ stepMilliseconds: spread, imagesPerSecond: 640, gflopPerStep: 31, gflopPerSecond: 155 },
      phases: [
        { phase: 'forward', medianMilliseconds: 50, share: 0.25 },
        { phase: 'backward', medianMilliseconds: 150, share: 0.75 },
      ],
      matMul: { size: 2048, milliseconds: spread, gflopPerSecond: 200 },
      traffic: { operations: 155, gigabytes: 2, gigabytesPerSecond: 10 },
      vectorSum: { bytes: 2 ** 27, milliseconds: spread, gigabytesPerSecond: 20 },
      ...{ pageFaultsPerStep: 12.4, hugePageBytes: 3 * 2 ** 20 },
      liveTensors: { afterFirst: 8, afterLast: 8 },
      othersShare: 0.02,
      peakRssBytes: 2 ** 30,
    },
  ],
};
