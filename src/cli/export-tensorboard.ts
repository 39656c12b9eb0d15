import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

import type { StudyRun } from '../analysis/groups.js';
import { describeScalar, ScalarMean, scalarsOf, type EpochScalars } from '../analysis/scalars.js';
import { UserError } from '../errors.js';
import { runPaths } from '../record/directory.js';
import { readLayerTable } from '../record/layers.js';
import { metricsTable } from '../record/tables/metrics.js';
import { readTexts } from '../record/tables/texts.js';
import { eventFile, type Describe } from '../report/tensorboard/event-file.js';
import { folderNames } from '../report/tensorboard/folders.js';
import { quoteWords } from '../support/shell-words.js';
import { count, printable } from '../support/text.js';
import { readExported, type ExportedGroup } from './export-runs.js';
import { output } from './output.js';
import { isThere, sweepAt } from '../library/places.js';
import { writeMade } from '../library/written.js';

/** TensorBoard reads files whose names have `tfevents`. The name is always the same: a file is replaced, not added to. */
const FILE = 'events.out.tfevents.gan-bench';

/** The folder beside those of the seeds. */
const MEAN = 'mean';

/**
 * Writes an event file for each run of a study, and one of the mean over the finished seeds of each configuration.
 * @throws UserError where there are no runs, or a file cannot be read or written
 */
export async function exportTensorboard(places: readonly string[], out: string | undefined): Promise<void> {
  const folder = out ?? (await usualFolder(places));
  const { groups } = await readExported(places);
  const names = folderNames(groups.map(({ label }) => label));
  const written: string[] = [];
  for (const [index, group] of groups.entries())
    written.push(...(await writeGroup(join(folder, names[index] ?? ''), group)));
  const others = (await eventFolders(folder)).filter((each) => !written.includes(each));
  if (others.length > 0) tellOthers(folder, others);
  const means = written.filter((each) => basename(each) === MEAN).length;
  output.print(
    [
      `wrote ${count(written.length - means, 'run')} and ${count(means, 'mean')}: ${printable(folder)}`,
      `Look at them with: tensorboard --logdir ${quoteWords([folder])}`,
    ].join('\n'),
  );
}

async function usualFolder(places: readonly string[]): Promise<string> {
  const [place, ...others] = places;
  if (place === undefined || others.length > 0)
    throw new UserError('usage', '--out: name the folder for the event files of several places.');
  const sweep = await sweepAt(place);
  return join(sweep?.directory ?? place, 'tensorboard');
}

/** Writes the runs of a configuration and their mean. @returns the folders of what was written */
async function writeGroup(folder: string, { runs }: ExportedGroup): Promise<string[]> {
  const written: string[] = [];
  const write = async (name: string, epochs: readonly EpochScalars[], describe: Describe): Promise<void> => {
    await writeMade(join(folder, name, FILE), await eventFile(epochs, describe));
    written.push(join(folder, name));
  };
  const mean = new ScalarMean();
  for (const run of runs) {
    const epochs = await scalarsIn(run);
    await write(`seed-${run.state.seed}`, epochs, describeScalar);
    if (run.state.outcome === 'finished') mean.add(epochs);
  }
  const words = `Mean of ${count(mean.runs, 'seed')}.`;
  if (mean.runs > 0)
    await write(MEAN, mean.epochs(), (tag) => `${words} ${describeScalar(tag) ?? ''}`.trimEnd());
  return written;
}

async function scalarsIn(run: StudyRun): Promise<EpochScalars[]> {
  const { metrics, gradients } = runPaths(run.state.directory);
  return scalarsOf(run, {
    metrics: await readTexts(metrics, metricsTable),
    layers: await readLayerTable(gradients),
  });
}

/** The folders of runs that an export wrote, this one or an earlier. */
async function eventFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const group of await foldersIn(folder))
    for (const run of await foldersIn(group)) if (await isThere(join(run, FILE), 'file')) found.push(run);
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort();
}

function tellOthers(folder: string, others: readonly string[]): void {
  const names = others.map((each) => relative(folder, each)).join(', ');
  output.tell(
    `note: ${printable(folder)} also has what an earlier export wrote, and keeps it: ${printable(names)}`,
  );
}
