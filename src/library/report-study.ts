import { dynamicsOf, type Dynamics } from '../analysis/dynamics.js';
import type { Grouping, StudyRun } from '../analysis/groups.js';
import { matchBaseline } from '../analysis/baseline.js';
import { heldOutAmong } from '../analysis/held-out.js';
import { DEFAULT_METRIC, metricNamed, VALIDATION_METRIC, type Metric } from '../analysis/metrics.js';
import { stagesIn, WHOLE_OF_GAN } from '../analysis/stages.js';
import { studiesOf, type Study } from '../analysis/study.js';
import { targetsOf } from '../analysis/targets.js';
import { runPaths } from '../record/directory.js';
import { toJsonText } from '../record/files.js';
import { readLayerTable } from '../record/layers.js';
import { comparisonCsv } from '../report/comparison-csv.js';
import { comparisonJson } from '../report/comparison-json.js';
import { divergedInWords } from '../report/diverged.js';
import type { ReportDocument } from '../report/document.js';
import { dynamicsJson } from '../report/dynamics-json.js';
import { reportHtml } from '../report/html.js';
import { panelFile, reportMarkdown } from '../report/markdown.js';
import type { ReportFiles } from '../report/live/live-report.js';
import type { ReportInput } from '../report/report-input.js';
import { reportDocument } from '../report/report.js';
import { verdictSentences } from '../report/sentences.js';
import { drawPanel, svgFile } from '../report/svg.js';
import { wrap } from '../report/wrap.js';
import { printable } from '../support/text.js';
import { comparisonOf, type Asked, type Comparison } from './compare-study.js';
import type { StudyRuns } from './study-runs.js';

/** What a report says beside the first metric that was asked for, where no other was. */
const SECONDARY = ['best', 'mean-of-last-5', 'area', 'test-loss', 'gap'];
/** The same where every configuration holds training images out, before the others. */
const OF_VALIDATION = [VALIDATION_METRIC, DEFAULT_METRIC, 'test-at-best-validation'];
const STABILITY = ['noise', 'excess-variation', 'drawdown', 'gradient-noise'];
const TARGET = 'epochs-to';

/** What the report is of, in words. */
export type Circumstances = Pick<ReportInput, 'name' | 'commands' | 'remarks' | 'plan'>;

/** A report with the study that it is of. */
export interface MadeReport {
  /** By their paths from the report's folder, which have forward slashes. */
  readonly files: ReportFiles;
  readonly primary: Study;
}

/**
 * Makes the report of a study. The same runs make the same bytes.
 * @throws UserError where there is nothing to compare, or a file of a run is damaged
 */
export async function makeReport(
  read: StudyRuns,
  asked: Asked,
  circumstances: Circumstances,
): Promise<MadeReport> {
  const comparison = comparisonOf(read, asked);
  const input = { ...(await analyse(comparison)), ...circumstances };
  const document = reportDocument(input);
  const drawings = await draw(document);
  const { primary, secondary, stability, targets, stages } = input;
  const studies = [primary, ...secondary, ...targets, ...stability];
  const files = new Map([
    ['report.html', reportHtml(document, drawings)],
    ['report.md', reportMarkdown(document)],
    ['comparison.csv', `${comparisonCsv([...studies, ...(stages === undefined ? [] : [stages])])}\n`],
    [
      'comparison.json',
      toJsonText({
        ...comparisonJson(studies),
        stages: stages && comparisonJson([stages]),
        dynamics: input.dynamics.map((each) => dynamicsJson(primary, each)),
      }),
    ],
    ...[...drawings].map(([id, drawing]) => [panelFile(id), svgFile(drawing)] as const),
  ]);
  return { files, primary };
}

async function analyse(comparison: Comparison): Promise<Omit<ReportInput, keyof Circumstances>> {
  const { grouping, baseline, margin } = comparison;
  const options = { baseline, margin };
  const { first, secondary, stability, targets } = metricsOf(comparison);
  const [primary, ...others] = studiesOf(grouping, {
    ...options,
    metrics: [first, ...secondary, ...stability, ...targets],
  });
  if (primary === undefined) throw new Error('a report is made by one metric at the least');
  const staged = stagesIn(grouping);
  const [stages] =
    staged === undefined ? [] : studiesOf(staged, { ...options, metrics: [first], baseline: WHOLE_OF_GAN });
  return {
    grouping,
    primary,
    secondary: others.slice(0, secondary.length),
    stability: others.slice(secondary.length, secondary.length + stability.length),
    targets: others.slice(secondary.length + stability.length),
    // Called as elsewhere in the report.
    stages: stages && { ...stages, labels: primary.labels },
    dynamics: await dynamicsIn(grouping),
  };
}

/** By what the runs are compared: what was asked for, and where that leaves a part of the report empty the usual. */
function metricsOf({ grouping, metrics, baseline }: Comparison) {
  const [first = metricNamed(DEFAULT_METRIC), ...others] = metrics;
  const isTarget = ({ name }: Metric): boolean => name.startsWith(`${TARGET}:`);
  const orUsual = (asked: readonly Metric[], usual: () => readonly string[]): readonly Metric[] =>
    asked.length > 0 ? asked : usual().flatMap((name) => (name === first.name ? [] : metricNamed(name)));
  const secondary = orUsual(
    others.filter((metric) => !isTarget(metric)),
    () =>
      heldOutAmong(grouping.groups.map(({ config }) => config)) === 'all'
        ? [...OF_VALIDATION, ...SECONDARY]
        : SECONDARY,
  );
  const told = secondary.map(({ name }) => name);
  const targets = orUsual(others.filter(isTarget), () =>
    targetsOf(matchBaseline(grouping, baseline)).map((target) => `${TARGET}:${target}`),
  );
  const stability = orUsual([], () => STABILITY.filter((name) => !told.includes(name)));
  return { first, secondary, stability, targets };
}

/** Of the groups that have any. */
async function dynamicsIn({ groups }: Grouping): Promise<Dynamics[]> {
  const dynamics: Dynamics[] = [];
  for (const group of groups) {
    const found = await dynamicsOf(group, layersOf);
    if (found !== undefined) dynamics.push(found);
  }
  return dynamics;
}

async function layersOf({ state }: StudyRun) {
  return await readLayerTable(runPaths(state.directory).gradients);
}

async function draw({ sections }: ReportDocument): Promise<Map<string, string>> {
  const drawings = new Map<string, string>();
  for (const block of sections.flatMap(({ blocks }) => blocks)) {
    if (block.kind !== 'figure') continue;
    for (const panel of block.figure.panels)
      drawings.set(panel.id, await drawPanel(panel, block.figure.description));
  }
  return drawings;
}

/** What is answered, a sentence a contrast, and how runs that diverged change it. */
export function verdictsOf(study: Study): string[] {
  const told = divergedInWords(study);
  const items = (sentences: readonly string[]): string[] =>
    sentences.flatMap((sentence) => wrap(`- ${printable(sentence, Infinity)}`, 80, '  '));
  return [
    ...items(verdictSentences(study)),
    ...(told === undefined ? [] : ['', ...wrap(told.headline, 80), ...items(told.sentences)]),
  ];
}
