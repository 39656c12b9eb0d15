import { UserError } from '../errors.js';
import type { ExperimentSummary, SeedSummary } from '../record/summary.js';
import { percent } from '../support/text.js';
import { output } from './output.js';
import { describeError } from './tell-error.js';

/** Of the seeds that were asked for and finished: those whose last test accuracy is below the one wanted, and why. */
export function accuracyFailures(
  summary: ExperimentSummary,
  seeds: readonly number[],
  wanted: number | undefined,
): Map<number, UserError> {
  const failures = new Map<number, UserError>();
  for (const { seed, result } of summary.seeds) {
    if (wanted === undefined || result === undefined || !seeds.includes(seed)) continue;
    const found = result.lastTestAccuracy;
    if (found >= wanted) continue;
    const message = `seed ${seed}: found a test accuracy of ${found} at the end, wanted at least ${wanted} (--min-accuracy)`;
    failures.set(seed, new UserError('accuracy', message));
  }
  return failures;
}

/** Prints what came of the seeds. @param failures - Why seeds of this command failed. */
export function printSummary(
  summary: ExperimentSummary,
  failures: ReadonlyMap<number, unknown>,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): void {
  if (json) {
    const seeds = summary.seeds.map((seed) =>
      failures.has(seed.seed) ? { ...seed, error: describeError(failures.get(seed.seed)) } : seed,
    );
    output.printJson({ ...summary, seeds });
    return;
  }
  if (quiet) return;
  for (const seed of summary.seeds) output.print(seedLine(seed));
  const { mean, std } = summary.lastTestAccuracy;
  if (mean !== undefined && std !== undefined) {
    output.print(`mean ± sample std at the end: ${percent(mean, 2)} ± ${percent(std, 2)}`);
  }
  for (const line of validationLines(summary)) output.print(line);
  output.print(`summary: ${summary.file}`);
}

/** What the validation images say, a line a finished seed and one of all; nothing where there are none. */
function validationLines({ seeds, validation }: ExperimentSummary): string[] {
  const lines = seeds.flatMap(({ seed, result }) => {
    const { lastValidationAccuracy: last, bestValidation: best } = result ?? {};
    if (last === undefined || best === undefined) return [];
    const there = `epoch ${best.epoch}; test accuracy there ${percent(best.testAccuracy, 2)}`;
    return [
      `seed ${seed}: validation accuracy ${percent(last, 2)} at the end, ${percent(best.validationAccuracy, 2)} at best (${there})`,
    ];
  });
  const { mean, std } = validation?.testAccuracyAtBest ?? {};
  if (mean === undefined || std === undefined) return lines;
  const spread = `${percent(mean, 2)} ± ${percent(std, 2)}`;
  return [...lines, `mean ± sample std of the test accuracy at the best validation epoch: ${spread}`];
}

function seedLine({ seed, epochs, result, outcome }: SeedSummary): string {
  if (result === undefined) return `seed ${seed}: ${outcome}`;
  const { lastTestAccuracy, bestTestAccuracy, bestEpoch } = result;
  return (
    `seed ${seed}: test accuracy ${percent(lastTestAccuracy, 2)} at the end, ` +
    `${percent(bestTestAccuracy, 2)} at best (epoch ${bestEpoch} of ${epochs}, chosen on the test images)`
  );
}
