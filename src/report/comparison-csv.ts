import { createArrayCsvStringifier } from 'csv-writer/dist/index.js';
import type { ComparisonRow, Contrast, Judged } from '../analysis/comparison.js';
import type { PooledContrast } from '../analysis/pooling.js';
import type { Study } from '../analysis/study.js';
import { groupInWords } from './sentences.js';

type Cell = string | number | undefined;

/** A row: of a group, or of a contrast that is pooled. */
interface Source {
  readonly architecture: string;
  readonly settings: string;
  readonly baseline: string | undefined;
  readonly row: ComparisonRow | undefined;
  readonly numbers: Partial<Contrast>;
}

/** A table of a study: that of its finished runs, or the one with those that diverged. */
interface Table {
  readonly study: Study;
  readonly countsDiverged: boolean;
}

const columns: readonly (readonly [string, (source: Source, table: Table) => Cell])[] = [
  ['architecture', ({ architecture }) => architecture],
  ['configuration', ({ settings }) => settings],
  ['baseline', ({ baseline }) => baseline],
  ['metric', (_, { study }) => study.metric.name],
  ['diverged_runs', (_, { countsDiverged }) => (countsDiverged ? 'at last accuracy' : 'left out')],
  ['n', ({ row }) => row?.values.size],
  [
    'absent',
    ({ row }) => row?.match.group.absent.map(({ seed, outcome }) => `${seed} ${outcome}`).join('; '),
  ],
  ['mean', ({ row }) => row?.mean],
  ['std', ({ row }) => row?.std],
  ['pairs', ({ numbers }) => numbers.pairs?.length],
  ...estimateColumns('', ({ numbers }) => numbers.paired),
  ['p_holm', ({ numbers }) => numbers.adjustedPValue],
  ['p_sign_flip', ({ numbers }) => numbers.signFlipPValue],
  ['margin', (_, { study }) => study.margin],
  ['p_equivalence', ({ numbers }) => numbers.equivalencePValue],
  ['verdict', ({ numbers }) => numbers.verdict],
  ...estimateColumns('welch_', ({ numbers }) => numbers.welch),
  ['correlation', ({ numbers }) => numbers.correlation],
  ['hedges_g', ({ numbers }) => numbers.hedgesG],
  ['superiority', ({ numbers }) => numbers.superiority],
  ['pairs_needed', ({ numbers }) => numbers.pairsNeeded],
  ['refused_seeds', ({ numbers }) => numbers.refused?.map(({ seed }) => seed).join('; ')],
  ['marked', ({ numbers }) => numbers.marked?.join('; ')],
];

function estimateColumns(
  prefix: string,
  of: (source: Source) => Judged | undefined,
): (readonly [string, (source: Source) => Cell])[] {
  return [
    [`${prefix}difference`, (source) => of(source)?.value],
    [`${prefix}standard_error`, (source) => of(source)?.standardError],
    [`${prefix}degrees_of_freedom`, (source) => of(source)?.degreesOfFreedom],
    [`${prefix}low_95`, (source) => of(source)?.interval95.low],
    [`${prefix}high_95`, (source) => of(source)?.interval95.high],
    [`${prefix}low_90`, (source) => of(source)?.interval90.low],
    [`${prefix}high_90`, (source) => of(source)?.interval90.high],
    [`${prefix}p`, (source) => of(source)?.pValue],
  ];
}

/**
 * Every number of a study by its metrics: of each in turn a row a group, with its contrast where it has one, then a row a
 * pooled contrast; where runs diverged the same with them. Shares are 0 to 1.
 */
export function comparisonCsv(studies: readonly Study[]): string {
  const stringifier = createArrayCsvStringifier({ header: columns.map(([name]) => name) });
  const records = studies
    .flatMap(tablesOf)
    .flatMap((table) => sourcesOf(table).map((source) => columns.map(([, of]) => of(source, table))));
  return `${stringifier.getHeaderString() ?? ''}${stringifier.stringifyRecords(records)}`.trimEnd();
}

function tablesOf(study: Study): Table[] {
  const { withDiverged } = study;
  return [
    { study, countsDiverged: false },
    ...(withDiverged === undefined ? [] : [{ study: withDiverged, countsDiverged: true }]),
  ];
}

function sourcesOf({ study }: Table): Source[] {
  return [
    ...study.rows.map((row) => ofRow(study, row)),
    ...study.pooled.map((pooled) => ofPooled(study, pooled)),
  ];
}

function ofRow(study: Study, row: ComparisonRow): Source {
  const { match, contrast } = row;
  return {
    architecture: match.group.config.model,
    settings: study.labels.get(match.group)?.settings ?? '',
    baseline: match.role === 'compared' ? groupInWords(study, match.baseline) : undefined,
    row,
    numbers: contrast ?? {},
  };
}

function ofPooled(study: Study, { rows, estimate, ...pooled }: PooledContrast): Source {
  const match = rows[0]?.match;
  return {
    architecture: 'pooled',
    settings: (match && study.labels.get(match.group)?.settings) ?? '',
    baseline: match?.role === 'compared' ? (study.labels.get(match.baseline)?.settings ?? '') : undefined,
    row: undefined,
    numbers: {
      ...pooled,
      paired: estimate,
      pairs: rows.flatMap(({ contrast }) => contrast?.pairs ?? []),
    },
  };
}
