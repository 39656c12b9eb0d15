import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RunConfigSchema, type RunConfig } from '../../src/config/index.js';
import { prepareRunDirectory, runDirectory } from '../../src/record/directory.js';
import { manifestRecorder, type RunFacts } from '../../src/record/manifest.js';
import { gradientsTable } from '../../src/record/tables/gradients.js';
import { metricsTable } from '../../src/record/tables/metrics.js';
import { fieldsOf, type Table } from '../../src/record/tables/table.js';
import type { EpochMetrics, LayerStatistics } from '../../src/train/events.js';
import { GLOBAL_LAYER } from '../../src/train/global-layer.js';
import { randomStream } from '../../src/train/random.js';
import type { RecordedFile } from '../../src/train/recorded-file.js';

export const EPOCHS = 200;
const STEPS = 390;
/** Layers of a ResNet-20, as its checkpoints name them; `global` comes beside them. */
const LAYERS = [
  'stem.conv.kernel',
  ...[1, 2, 3].flatMap((stage) =>
    [1, 2, 3].flatMap((block) => [1, 2].map((conv) => `stage${stage}.block${block}.conv${conv}.kernel`)),
  ),
  'head.kernel',
];

/** Which run of the study it is; `group` tells the configurations apart. */
export interface RunPlace {
  readonly folder: string;
  readonly group: number;
  readonly config: object;
  readonly seed: number;
}

/** Leaves the folder of a finished run whose curves look like those of training, with noise of the run's own. */
export async function makeRun({ folder, group, config: keys, seed }: RunPlace): Promise<void> {
  const config = RunConfigSchema.parse({
    ...keys,
    ...{ name: `group-${group}`, seeds: [seed], output: folder, epochs: EPOCHS },
    dataset: { name: 'cifar100' },
  });
  const directory = runDirectory(folder, config.name, seed);
  await prepareRunDirectory(directory, config, { resume: false });
  const epochs = epochsOf(config, seed, group);
  const layers = epochs.flatMap(({ metrics, layers }) =>
    layers.map((layer) => ({ ...layer, epoch: metrics.epoch })),
  );
  const files = [
    await writeTable(
      directory,
      metricsTable,
      epochs.map(({ metrics }) => metrics),
    ),
    await writeTable(directory, gradientsTable, layers),
  ];
  const now = (): Date => new Date(Date.UTC(2026, 0, 1));
  const manifest = manifestRecorder(directory, factsOf(seed), {
    records: () => Promise.resolve(files),
    now,
  });
  await manifest.on({ type: 'run-finished', epoch: EPOCHS, step: EPOCHS * STEPS });
}

/** At once: the recorder waits for the disk in every epoch, which takes minutes here. */
async function writeTable<Row>(
  directory: string,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<RecordedFile> {
  const lines = [table.columns, ...rows.map((row) => fieldsOf(table, row))];
  const text = `${lines.map((fields) => fields.join(',')).join('\n')}\n`;
  await writeFile(join(directory, table.fileName), text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { file: table.fileName, bytes: Buffer.byteLength(text), sha256 };
}

interface MadeEpoch {
  readonly metrics: EpochMetrics;
  readonly layers: readonly LayerStatistics[];
}

function epochsOf(config: RunConfig, seed: number, group: number): MadeEpoch[] {
  const random = randomStream(seed, 'initialization', group);
  const noise = (): number => random() + random() - 1;
  const best = 0.5 + 0.002 * (group % 50) + 0.01 * noise();
  return Array.from({ length: EPOCHS }, (_, index) => {
    const [epoch, learned] = [index + 1, 1 - Math.exp(-index / 40)];
    const layers = [...LAYERS, GLOBAL_LAYER].map((layer, depth) => {
      const sigma = (0.01 / (1 + depth)) * Math.exp(-0.004 * index + 0.1 * noise());
      const means = { gradMean: 1e-4 * noise(), updateMean: 1e-12 * noise() };
      return { layer, elements: 432 * (1 + depth), gradStd: sigma, updateStd: 0.4 * sigma, ...means };
    });
    const accuracy = Math.max(0.01, best * learned + 0.005 * noise());
    return { layers, metrics: metricsOf(epoch, config, accuracy, layers) };
  });
}

function metricsOf(
  epoch: number,
  { batchSize, optimizer }: RunConfig,
  testAccuracy: number,
  layers: readonly LayerStatistics[],
): EpochMetrics {
  const global = layers.at(-1);
  const sigma = global?.gradStd ?? 0;
  const learningRate = optimizer.learningRate * 0.75 ** Math.floor(epoch / 30);
  return {
    ...{ epoch, step: STEPS * epoch, learningRate: Math.min(epoch / 5, 1) * learningRate },
    ...{ trainLoss: 4 * (1 - testAccuracy), trainAccuracy: Math.min(1, testAccuracy * 1.2) },
    ...{ testLoss: 4.5 * (1 - testAccuracy), testAccuracy: Math.round(10_000 * testAccuracy) / 10_000 },
    ...{ gradGlobalStd: sigma, updateGlobalStd: global?.updateStd ?? 0 },
    reports:
      optimizer.gradient === 'gan'
        ? { autoscale_alpha: 20 * sigma, autoscale_exponent: 0.15, autoscale_sigma: sigma }
        : {},
    ...{ epochSeconds: 30 + 100 * sigma, imagesPerSecond: (STEPS * batchSize) / 27 },
    ...{ trainSeconds: 27 + 100 * sigma, evaluationSeconds: 3, othersShare: 0.01 },
  };
}

function factsOf(seed: number): RunFacts {
  return {
    seed,
    commandLine: ['run'],
    program: { version: '0.1.0', gitCommit: 'a'.repeat(40), gitDirty: false, node: 'v20', tfjs: '4.22.0' },
    engine: { backend: 'tensorflow', library: 'TensorFlow 2.21.0', devices: ['CPU:0'] },
    machine: {
      ...{ platform: 'linux', release: '6.1', arch: 'x64', cpuModel: 'made up', cpuCores: 2 },
      memoryBytes: 8e9,
    },
    dataset: { name: 'cifar100', checksums: { 'train.bin': 'b'.repeat(64), 'test.bin': 'c'.repeat(64) } },
  };
}
