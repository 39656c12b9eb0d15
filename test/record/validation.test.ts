import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readManifest } from '../../src/record/manifest.js';
import { readMetrics } from '../../src/record/metrics.js';
import { prunableRuns, pruneRun } from '../../src/record/prune.js';
import { listRuns } from '../../src/record/runs.js';
import { writeSummary } from '../../src/record/summary.js';
import { runConfig } from '../support/runs.js';
import { temporaryFolder } from './helpers.js';
import { ends, makeCheckpoints, makeRun } from './run-folders.js';

const config = runConfig({ epochs: 3, dataset: { name: 'cifar100-mini', validation: 100 } });
const accuracies = [0.125, 0.5, 0.25];
const validation = [0.25, 0.75, 0.75];
const best = { epoch: 2, step: 20, validationAccuracy: 0.75, testAccuracy: 0.5 };

describe('a run with validation images', () => {
  it('has their columns at the end of metrics.csv, which is otherwise as without them', async () => {
    const folder = await temporaryFolder();
    const lines = async (directory: string): Promise<string[]> =>
      (await readFile(join(directory, 'metrics.csv'), 'utf8')).split('\n');
    const plain = await lines(await makeRun(folder, 1, { accuracies }));
    const directory = await makeRun(folder, 2, { accuracies, validation, config });
    const ends = ['validation_loss,validation_accuracy', ...validation.map((accuracy) => `2.5,${accuracy}`)];
    expect(plain[0]).not.toContain('validation');
    expect(await lines(directory)).toEqual([...ends.map((end, index) => `${plain[index] ?? ''},${end}`), '']);
    const rows = await readMetrics(join(directory, 'metrics.csv'));
    expect(rows.map((row) => row.validation_accuracy)).toEqual(validation);
  });

  it('has its best epoch in the summary, in its state and in the manifest', async () => {
    const folder = await temporaryFolder();
    const end = { ...ends.finished, best: { ...best, checkpoint: 'step-00000020' } };
    const directory = await makeRun(folder, 42, { accuracies, validation, config, end });
    const summary = await writeSummary(folder, { seeds: [], config });
    expect(await readFile(summary.file, 'utf8')).toBe(
      'seed,epochs,last_test_accuracy,best_test_accuracy,best_epoch,outcome,last_validation_accuracy,' +
        'best_validation_accuracy,best_validation_epoch,test_accuracy_at_best_validation\n' +
        '42,3,0.25,0.5,2,finished,0.75,0.75,2,0.5\nmean,,0.25,0.5,,,0.75,0.75,,0.5\nstd,,,,,,,,,\n',
    );
    expect(summary.seeds[0]?.result?.bestValidation).toEqual(best);
    expect((await listRuns(folder)).runs).toMatchObject([{ lastValidationAccuracy: 0.75, best }]);
    expect((await readManifest(directory))?.best).toEqual(end.best);
  });

  it('keeps the checkpoint of its best epoch when others are pruned', async () => {
    const folder = await temporaryFolder();
    const end = { ...ends.finished, best: { ...best, checkpoint: 'step-00000020' } };
    const directory = await makeRun(folder, 42, { accuracies, validation, config, end });
    await makeCheckpoints(directory, { 10: 1, 20: 2, 30: 4 });
    const { runs } = await listRuns(folder);
    expect(await prunableRuns(runs, 1)).toMatchObject([{ checkpoints: ['step-00000010'] }]);
    expect(await pruneRun(directory, 0)).toMatchObject({ bytes: 5 });
    expect(await readdir(join(directory, 'checkpoints'))).toEqual(['step-00000020']);
  });
});
