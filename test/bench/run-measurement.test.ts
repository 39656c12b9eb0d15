import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { diskBytesOf } from '../../src/bench/disk.js';
import { measureRun, runMeasurementSchema } from '../../src/bench/run-measurement.js';
import { loadDataset } from '../../src/data/cifar.js';
import { csvRecorder } from '../../src/record/recorders.js';
import type { Engine } from '../../src/tensor/engine.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { onEachBackend } from '../support/backends.js';
import { checkpointFolder, run, runConfig } from '../support/runs.js';

const samples = { trainSamples: 4, testSamples: 2 };
const config = runConfig({
  dataset: { name: 'cifar100-mini', ...samples },
  ...{ epochs: 2, batchSize: 2, log: { everySteps: 1 }, regularization: { cutmix: 1 } },
  checkpoint: { initial: true },
});

/** Makes the run, with all that it records; returns the bytes of each file, by its path in the folder. */
async function bytesOfRun(engine: Engine): Promise<Map<string, number>> {
  const folder = checkpointFolder();
  const csv = csvRecorder(folder, config.log);
  const dataset = await loadDataset({ name: 'cifar100-mini', directory: 'data', ...samples });
  for await (const event of run(engine, { config, dataset, records: csv.records })) await csv.on(event);
  await csv.close?.();
  const files = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.relative(folder, file), (await stat(file)).size);
  }
  return files;
}

onEachBackend(
  (engine) => {
    describe('what is measured of a run', () => {
      it('fits its schema, leaves no tensor behind, and knows what the run will leave on the disk', async () => {
        const before = engine().liveTensors();
        const measured = runMeasurementSchema.parse(await measureRun(engine(), config, methodsOf(config)));
        expect(engine().liveTensors()).toBe(before);
        expect(measured.steps).toBeGreaterThanOrEqual(2);

        const files = await bytesOfRun(engine());
        expect(measured.weightsBytes).toBe(files.get('step-00000004/weights.safetensors'));
        expect(measured.optimizerBytes).toBe(files.get('step-00000004/optimizer.safetensors'));
        const sum = (pattern: RegExp): number =>
          [...files].reduce((total, [file, bytes]) => (pattern.test(file) ? total + bytes : total), 0);
        const disk = diskBytesOf(config, measured);
        // Some digits of state.json, out of more than a megabyte.
        expect(Math.abs(disk.checkpoints - sum(/^step-/))).toBeLessThan(3 * 100);
        expect(disk.csv / sum(/\.csv$/)).toBeCloseTo(1, 1);
      });
    });
  },
  ['wasm'],
);
