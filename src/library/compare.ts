import { studiesOf, type Study } from '../analysis/study.js';
import type { PassedOver } from '../record/run-state.js';
import { comparisonCsv } from '../report/comparison-csv.js';
import { comparisonJson } from '../report/comparison-json.js';
import { comparisonText } from '../report/comparison-text.js';
import { askedOf, type CompareOptions } from './asked.js';
import { comparisonOf, type Asked } from './compare-study.js';
import { readStudyRuns, type StudyRuns } from './study-runs.js';
import { withMetrics } from './with-metrics.js';

/** Which configuration is better, and how sure that is. */
export interface StudyComparison {
  /** One for each metric, the one that decides first. */
  readonly studies: readonly Study[];
  /** What is no run, or cannot be told to be one of which configuration. */
  readonly passedOver: readonly PassedOver[];
  /** What is to be known of the runs, a line each. */
  readonly notes: readonly string[];
  /** As `gan-bench compare` prints it, a line each. */
  toLines(): string[];
  /** As with `--csv`. */
  toCsv(): string;
  /** As with `--json`; JSON.stringify calls it. */
  toJSON(): object;
}

/** Compares the configurations of a study: `compare` of the library. */
export async function compareStudy(
  places: readonly string[],
  options: CompareOptions = {},
): Promise<StudyComparison> {
  // What is wrong with them is said before anything is read.
  askedOf(options);
  const chosen = withMetrics(await readStudyRuns(places), options);
  return compareRuns(chosen.read, askedOf(chosen.options));
}

/** As {@link compareStudy}, of runs that have been read. */
export function compareRuns(read: StudyRuns, asked: Asked): StudyComparison {
  const { grouping, ...by } = comparisonOf(read, asked);
  const studies = studiesOf(grouping, by);
  const { passedOver, notes } = read;
  return {
    studies,
    passedOver,
    notes,
    toLines: () => comparisonText(studies),
    toCsv: () => comparisonCsv(studies),
    toJSON: () => ({ ...comparisonJson(studies), passedOver, notes }),
  };
}
