import { groupRuns, type Grouping } from '../analysis/groups.js';
import { labelGroups } from '../analysis/labels.js';
import { heldOutAmong } from '../analysis/held-out.js';
import { DEFAULT_METRIC, isAccuracy, type Metric } from '../analysis/metrics.js';
import type { Margin, StudyOptions } from '../analysis/study.js';
import { isLike, isTree, joinPatterns, patternOf, type Pattern } from '../config/index.js';
import { UserError } from '../errors.js';
import type { Sweep } from '../sweep/sweep.js';
import { count, printable } from '../support/text.js';
import type { StudyRuns } from './study-runs.js';

/** What is asked for; what that leaves open the sweeps say. */
export interface Asked {
  /** The primary one first. */
  readonly metrics: readonly Metric[];
  readonly baseline: readonly Pattern[];
  readonly margin: number | undefined;
}

/** What is compared, with what. */
export interface Comparison extends StudyOptions {
  readonly grouping: Grouping;
}

type Tree = Readonly<Record<string, unknown>>;

/** Where no sweep says otherwise, all are compared with the optimizer that leaves gradients alone. */
const USUAL_BASELINE = patternOf('optimizer: adamw', { optimizer: 'adamw' });

/**
 * What is to be compared of the runs of a study.
 * @throws UserError `usage` where there is nothing to compare, or it is not clear with what
 */
export function comparisonOf({ runs, sweeps }: StudyRuns, { metrics, baseline, margin }: Asked): Comparison {
  const grouping = groupRuns(runs);
  if (grouping.groups.length < 2) throw nothingToCompare(grouping);
  requireValidation(metrics, grouping);
  return {
    grouping,
    metrics,
    baseline: baselineOf(grouping, baseline, sweeps),
    margin: marginOf(metrics, margin, sweeps),
  };
}

/** @throws UserError `usage` for a metric that none of the runs can have */
function requireValidation(metrics: readonly Metric[], { groups }: Grouping): void {
  const needy = metrics.find(({ needsValidation }) => needsValidation === true);
  if (needy === undefined || heldOutAmong(groups.map(({ config }) => config)) !== 'none') return;
  throw new UserError(
    'usage',
    `metric "${needy.name}": none of the runs has validation images. Train them with dataset.validation, or take --metric ${DEFAULT_METRIC}.`,
  );
}

/** Which margin the sweeps declare need be clear only where it is used. */
function marginOf(
  metrics: readonly Metric[],
  asked: number | undefined,
  sweeps: readonly Sweep[],
): Margin | undefined {
  if (asked !== undefined) {
    requirePossible(asked, metrics);
    return { value: asked, isDeclared: false };
  }
  const declared = metrics.some(isAccuracy) ? declaredMargin(sweeps) : undefined;
  return declared === undefined ? undefined : { value: declared, isDeclared: true };
}

/** No two shares differ by more than 1: half a point was meant, and all would be equivalent. */
function requirePossible(margin: number, [primary]: readonly Metric[]): void {
  if (primary?.unit !== 'share' || margin < 1) return;
  throw new UserError(
    'usage',
    `--margin: found ${margin}; allowed: of ${primary.name} a share below 1, such as 0.005 for half a point`,
  );
}

function nothingToCompare({ groups }: Grouping): UserError {
  const [only] = groups;
  const runs = only === undefined ? 0 : only.runs.length + only.absent.length;
  const found =
    only === undefined
      ? 'no run whose configuration can be read'
      : `${runs === 1 ? 'one run' : `${runs} runs`} of one configuration (${only.config.name})`;
  return new UserError(
    'usage',
    `there is nothing to compare: found ${printable(found)}. Name a sweep or folders with two configurations or more.`,
  );
}

function baselineOf(grouping: Grouping, asked: readonly Pattern[], sweeps: readonly Sweep[]): Tree {
  const matches = (tree: Tree): boolean => grouping.groups.some(({ config }) => isLike(config, tree));
  if (asked.length > 0) {
    const tree = joinPatterns(asked);
    if (matches(tree)) return tree;
    throw noBaseline(asked.map(({ label }) => label).join(' '), grouping);
  }
  const declared = declaredBaselines(sweeps);
  if (declared.length > 1)
    throw new UserError('usage', 'the sweeps declare different baselines: choose one with --baseline.');
  const tree = declared[0] ?? USUAL_BASELINE.tree;
  if (matches(tree)) return tree;
  throw noBaseline(declared.length === 0 ? USUAL_BASELINE.label : JSON.stringify(tree), grouping);
}

function declaredBaselines(sweeps: readonly Sweep[]): Tree[] {
  const trees = sweeps.flatMap(({ file, definition }) =>
    isTree(definition.compare.baseline) ? [patternOf(file, definition.compare.baseline).tree] : [],
  );
  return [...new Map(trees.map((tree) => [JSON.stringify(tree), tree])).values()];
}

function declaredMargin(sweeps: readonly Sweep[]): number | undefined {
  const margins = new Set(sweeps.flatMap(({ definition }) => definition.compare.equivalenceMargin ?? []));
  const [margin] = margins;
  if (margins.size < 2) return margin;
  throw new UserError(
    'usage',
    `the sweeps declare different margins (${[...margins].join(', ')}): choose one with --margin.`,
  );
}

function noBaseline(label: string, grouping: Grouping): UserError {
  const words = [...labelGroups(grouping).values()].map(({ architecture, settings }) =>
    [architecture, settings].filter((word) => word !== undefined && word !== '').join(' '),
  );
  const values = grouping.varied.map((key) => {
    const found = new Set(grouping.groups.flatMap(({ settings }) => settings.get(key) ?? []));
    return `  ${printable(`${key}: ${[...found].join(', ')}`)}`;
  });
  return new UserError(
    'usage',
    [
      `${printable(label)}: none of the ${count(words.length, 'configuration')} (${printable(words.join(', '))}) is like ` +
        'that; name the one to compare the others with, such as --baseline optimizer=adamw. What varies:',
      ...values,
    ].join('\n'),
  );
}
