import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import type { Study } from '../analysis/study.js';
import { UserError } from '../errors.js';
import { readError } from '../record/files.js';
import { quoteWords } from '../support/shell-words.js';
import { askedOf, type CompareOptions } from './asked.js';
import { isThere } from './places.js';
import type { Circumstances, MadeReport } from './report-study.js';
import { readStudyRuns, type StudyRuns } from './study-runs.js';
import { withMetrics } from './with-metrics.js';
import { writeMade } from './written.js';

/** Looked for beside the runs. */
export const PLAN = 'PLAN.md';

export interface MakeOptions extends CompareOptions {
  /** The file with the plan of the analysis, shown word for word; default: `PLAN.md` beside the runs. */
  readonly plan?: string | undefined;
}

export interface ReportOptions extends MakeOptions {
  /** The folder to write it into; default: `report/` in the sweep's folder, or in the one that is named. */
  readonly out?: string | undefined;
}

/** A report that has been written. */
export interface WrittenReport {
  readonly folder: string;
  /** The paths of its files, `report.html` first. */
  readonly files: readonly string[];
  /** What is answered, as Markdown, a line each. */
  readonly verdicts: readonly string[];
  /** By the metric that decides. */
  readonly study: Study;
  /** What is no run, and what else is to be known of the runs, a line each. */
  readonly remarks: readonly string[];
}

/** Writes the report of a study: `report` of the library. */
export async function writeReport(
  places: readonly string[],
  { out, ...options }: ReportOptions = {},
): Promise<WrittenReport> {
  const read = await readStudyRuns(places);
  const folder = out ?? usualFolder(places, read);
  const chosen = withMetrics(read, options);
  const { files, primary, verdicts } = await buildReport(places, chosen.read, chosen.options);
  const paths = await writeFiles(folder, files);
  return { folder, files: paths, verdicts, study: primary, remarks: remarksOf(chosen.read) };
}

/** Writes the files of a report into its folder. @returns their paths. @throws UserError `io` */
export async function writeFiles(folder: string, files: MadeReport['files']): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, content] of files) {
    paths.push(join(folder, path));
    await writeMade(join(folder, path), content);
  }
  return paths;
}

/** Makes the report of runs that have been read, and says what is answered. */
export async function buildReport(
  places: readonly string[],
  runs: StudyRuns,
  wanted: MakeOptions,
): Promise<MadeReport & { readonly verdicts: readonly string[] }> {
  const { read, options } = withMetrics(runs, wanted);
  const asked = askedOf(options);
  // Student's t and the drawing of figures are loaded for those who want them.
  const { makeReport, verdictsOf } = await import('./report-study.js');
  const made = await makeReport(read, asked, {
    name: nameOf(places, read),
    commands: commandsOf(places, read, options),
    remarks: remarksOf(read),
    plan: await readPlan(places, read, options.plan),
  });
  return { ...made, verdicts: verdictsOf(made.primary) };
}

function remarksOf({ passedOver, notes }: StudyRuns): string[] {
  return [...passedOver.map(({ directory, reason }) => `${directory}: ${reason}`), ...notes];
}

/** Beside the runs, where they are in one place. @throws UserError `usage` where they are in several */
export function usualFolder(places: readonly string[], { sweeps }: StudyRuns): string {
  const [place, ...others] = places;
  if (place === undefined || others.length > 0)
    throw new UserError('usage', '--out: name the folder for the report on several places.');
  return join(sweeps[0]?.directory ?? place, 'report');
}

function nameOf(places: readonly string[], { sweeps }: StudyRuns): string {
  const names =
    sweeps.length > 0 ? sweeps.map(({ name }) => name) : places.map((place) => basename(resolve(place)));
  return [...new Set(names)].join(', ');
}

/** What trains the runs, where a sweep says it, and what writes the report. */
function commandsOf(places: readonly string[], { sweeps }: StudyRuns, options: MakeOptions): string[] {
  const { baseline = [], metrics = [], margin, plan } = options;
  const words = [
    ...baseline.flatMap((pattern) => ['--baseline', pattern]),
    ...metrics.flatMap((name) => ['--metric', name]),
    ...(margin === undefined ? [] : ['--margin', String(margin)]),
    ...(plan === undefined ? [] : ['--plan', plan]),
  ];
  return [
    ...sweeps.map(({ file }) => quoteWords(['gan-bench', 'sweep', file])),
    quoteWords(['gan-bench', 'report', ...places, ...words]),
  ];
}

async function readPlan(
  places: readonly string[],
  { sweeps }: StudyRuns,
  named: string | undefined,
): Promise<Circumstances['plan']> {
  const folders = sweeps.length > 0 ? sweeps.map(({ directory }) => directory) : places;
  for (const file of named === undefined ? folders.map((folder) => join(folder, PLAN)) : [named]) {
    if (named === undefined && !(await isThere(file, 'file'))) continue;
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw readError(file, error);
    });
    return { file: basename(file), text };
  }
  return undefined;
}
