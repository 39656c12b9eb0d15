import type { ComparisonRow } from '../analysis/comparison.js';
import type { PooledContrast } from '../analysis/pooling.js';
import type { Study } from '../analysis/study.js';
import { Numbers } from './numbers.js';

/** A line of the table, in texts. */
export interface ComparisonLine {
  /** undefined where the study has one alone. */
  readonly architecture: string | undefined;
  readonly settings: string;
  /** n, mean ± std, difference, verdict. */
  readonly cells: readonly string[];
}

/** What stands over the columns. */
export function headOf({ metric }: Study): ComparisonLine {
  const { unit } = new Numbers(metric);
  const withUnit = unit === '' ? 'mean ± std' : `mean ± std, ${unit}`;
  return {
    architecture: 'model',
    settings: 'configuration',
    cells: ['n', withUnit, 'difference [95 %]', 'verdict'],
  };
}

/** A line a group, then one a pooled contrast. */
export function linesOf(study: Study): ComparisonLine[] {
  return [
    ...study.rows.map((row) => lineOf(study, row)),
    ...study.pooled.map((pooled) => pooledLine(study, pooled)),
  ];
}

function lineOf({ labels, metric }: Study, row: ComparisonRow): ComparisonLine {
  const { match, values, contrast } = row;
  const numbers = new Numbers(metric);
  const label = labels.get(match.group);
  const known = match.group.runs.length + match.group.absent.length;
  return {
    architecture: label?.architecture,
    settings: label?.settings ?? '',
    cells: [
      values.size === known ? String(known) : `${values.size}/${known}`,
      numbers.meanAndStd(row.mean, row.std),
      contrast === undefined ? '' : differenceCell(numbers, contrast),
      verdictCell(row),
    ],
  };
}

function differenceCell(numbers: Numbers, { paired, pairs }: NonNullable<ComparisonRow['contrast']>): string {
  if (paired !== undefined)
    return `${numbers.difference(paired.value)} ${numbers.interval(paired.interval95)}`;
  const sum = pairs.reduce((total, { difference }) => total + difference, 0);
  return pairs.length === 0 ? '' : numbers.difference(sum / pairs.length);
}

function verdictCell({ match, contrast }: ComparisonRow): string {
  if (match.role === 'baseline') return 'baseline';
  if (match.role === 'alone') return 'not compared';
  return contrast?.verdict ?? 'none';
}

function pooledLine({ labels, metric }: Study, { rows, estimate, verdict }: PooledContrast): ComparisonLine {
  const numbers = new Numbers(metric);
  const [first] = rows;
  return {
    architecture: 'pooled',
    settings: (first && labels.get(first.match.group)?.settings) ?? '',
    cells: [
      String(rows.reduce((sum, { contrast }) => sum + (contrast?.pairs.length ?? 0), 0)),
      '',
      `${numbers.difference(estimate.value)} ${numbers.interval(estimate.interval95)}`,
      verdict ?? 'none',
    ],
  };
}
