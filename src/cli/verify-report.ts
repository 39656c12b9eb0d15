import { DATASETS, type SplitName } from '../data/formats.js';
import type { VerificationReport } from '../data/verify.js';
import { output } from './output.js';

/** What `gan-bench data verify --json` prints; data/README.md describes it. */
export function reportsForPrograms(reports: readonly VerificationReport[]) {
  const perSplit = <T>(value: (split: SplitName) => T) => ({ train: value('train'), test: value('test') });
  const datasets = reports.map(({ name, directory, ok, comparison, files, classCounts, problems }) => ({
    name,
    directory,
    ok,
    verified: comparison,
    images: perSplit((split) => sum(classCounts[split])),
    imagesPerClass: perSplit((split) => ({
      min: Math.min(...classCounts[split]),
      max: Math.max(...classCounts[split]),
    })),
    files: files.map((file) => ({
      name: file.name,
      bytes: file.bytes,
      images: file.records,
      sha256: file.sha256,
      verified: file.comparison,
    })),
    problems,
  }));
  return { ok: reports.every((report) => report.ok), datasets };
}

/** Prints what was found of one data set, unless there are problems: these end the command. */
export function printReport(report: VerificationReport, isThere: boolean): void {
  if (!isThere) {
    output.print(`${report.name}: not in ${report.directory} (gan-bench data fetch ${report.name})`);
    return;
  }
  if (!report.ok) return;
  const { train, test } = report.classCounts;
  output.print(
    `${report.name}: ok, ${sum(train)} training and ${sum(test)} test images of ${train.length} classes, ` +
      `${train[0] ?? 0} and ${test[0] ?? 0} each, in ${report.directory}`,
  );
  output.print(`  ${describeComparison(report)}`);
  for (const file of report.files) output.print(`  ${file.sha256}  ${file.name}`);
}

function describeComparison(report: VerificationReport): string {
  if (report.comparison === 'official')
    return isEmbedded(report) ? 'verified: as it came with the program' : 'verified: official';
  if (report.comparison === 'different') return `differs from ${officialOf(report)}`;
  return 'not compared: no official checksum is known here';
}

/** The warning for usable files that are not the official ones; none when there are no such. */
export function describeDifference(report: VerificationReport): string[] {
  if (!report.ok || report.comparison !== 'different') return [];
  const different = report.files.filter(({ comparison }) => comparison === 'different');
  const files = different.map(
    ({ name, sha256 }) => `  ${sha256}  ${name}, expected ${expectedOf(report, name)}`,
  );
  return [
    `${report.name}: differs from ${officialOf(report)}, in ${report.directory}\n${files.join('\n')}\n` +
      `  Results with it do not compare with those of others. If it is not meant to differ: ${fixOf(report)}`,
  ];
}

/** The message for a data set that cannot be used. */
export function describeProblems(report: VerificationReport): string {
  const problems = report.problems.map((problem) => `  - ${problem}\n`).join('');
  return `${report.name}: not usable, in ${report.directory}\n${problems}  ${fixOf(report)}`;
}

function fixOf(report: VerificationReport): string {
  if (isEmbedded(report)) return 'it comes with the program: install the program again';
  return `remove the folder, if it is there, and run: gan-bench data fetch ${report.name}`;
}

function officialOf(report: VerificationReport): string {
  return isEmbedded(report) ? 'what came with the program' : 'the official data';
}

function isEmbedded({ name }: VerificationReport): boolean {
  return DATASETS[name].archive === undefined;
}

function expectedOf({ name }: VerificationReport, fileName: string): string {
  return DATASETS[name].files.find((file) => file.name === fileName)?.sha256 ?? 'none';
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
