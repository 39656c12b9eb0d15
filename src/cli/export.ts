import { Command } from 'commander';
import { z } from 'zod';

import { addOptions, flagOption, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';

const PLACES = 'sweep files, their folders, or any folders of runs';

const tensorboardOptionsSchema = z.strictObject({
  out: z.string().min(1).optional().register(optionTexts, {
    flags: '--out <folder>',
    help: 'where to write them (default: tensorboard/ in the folder of the sweep or of the runs)',
    allowed: 'the name of a folder',
  }),
});

const csvOptionsSchema = z.strictObject({
  layers: flagOption('--layers', 'a row a run, epoch and layer: what the gradients were'),
  out: z.string().min(1).optional().register(optionTexts, {
    flags: '--out <file>',
    help: 'write it there (default: print it)',
    allowed: 'the name of a file',
  }),
});

/** `gan-bench export`: the runs of a study in the form of other programs. */
export function exportCommand(): Command {
  return new Command('export')
    .description('hand the runs of a study on to other programs: TensorBoard, pandas, R')
    .addCommand(tensorboardCommand())
    .addCommand(csvCommand());
}

function tensorboardCommand(): Command {
  const command = new Command('tensorboard')
    .description('write event files that TensorBoard reads: one a run, and the mean of each configuration')
    .argument('<file|folder...>', PLACES);
  return addOptions(command, tensorboardOptionsSchema)
    .addHelpText(
      'after',
      `
A run is a folder, <configuration>/seed-<n>; <configuration>/mean is the mean over the finished seeds. Steps are
epochs. Event files that are there are replaced, each in one step; nothing is deleted. Runs may go on meanwhile.

Examples:
  $ gan-bench export tensorboard configs/sweeps/resnet20.yaml
  $ gan-bench export tensorboard results/a results/b --out /tmp/curves
  $ tensorboard --logdir /tmp/curves`,
    )
    .action(async (places: string[], raw: RawOptions) => {
      const { out } = parseOptions(tensorboardOptionsSchema, raw);
      // Student's t, which the words for groups stand beside, is compiled when it is loaded.
      const { exportTensorboard } = await import('./export-tensorboard.js');
      await exportTensorboard(places, out);
    });
}

function csvCommand(): Command {
  const command = new Command('csv')
    .description('write all runs of a study as one table: a row a run and epoch')
    .argument('<file|folder...>', PLACES);
  return addOptions(command, csvOptionsSchema)
    .addHelpText(
      'after',
      `
Its columns are the keys that vary in the study, label, seed and outcome of the run, and those of metrics.csv (with
--layers of gradients.csv). Runs that are not finished are in it; a further run of the same seed is not, which is said.

Examples:
  $ gan-bench export csv configs/sweeps/resnet20.yaml --out study.csv
  $ gan-bench export csv results/a results/b --layers | gzip > layers.csv.gz`,
    )
    .action(async (places: string[], raw: RawOptions) => {
      const { layers, out } = parseOptions(csvOptionsSchema, raw);
      const { exportCsv } = await import('./export-csv.js');
      await exportCsv(places, { layers, out });
    });
}
