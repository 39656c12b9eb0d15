import type { ComparisonRow } from '../../analysis/comparison.js';
import type { Study } from '../../analysis/study.js';
import { linesOf } from '../comparison-lines.js';
import type { Block, DataTable, Section } from '../document.js';
import { Numbers } from '../numbers.js';
import type { ReportInput } from '../report-input.js';
import { groupInWords } from '../sentences.js';
import { left, right } from '../columns.js';
import { comparisonTable } from './tables.js';

/** The table of the primary outcome, and how the others stand beside it. */
export function outcomesSection({ primary, secondary }: ReportInput): Section {
  const { unit } = new Numbers(primary.metric);
  const blocks: Block[] = [
    {
      kind: 'table',
      table: comparisonTable(
        primary,
        `${primary.metric.name}: mean ± std over seeds${unit === '' ? '' : `, in ${unit}`}`,
      ),
    },
  ];
  if (secondary.length > 0) {
    blocks.push(
      {
        kind: 'paragraph',
        text: 'Other outcomes, with the difference from the baseline. They describe: the verdict is given by the primary outcome alone.',
      },
      { kind: 'table', table: descriptiveTable(secondary, 'Other outcomes') },
      { kind: 'list', items: secondary.map(({ metric }) => `${metric.name}: ${metric.meaning}`) },
    );
  }
  return { id: 'outcomes', title: 'Outcomes', blocks };
}

/** A row a metric and group: what it came to and its difference, without a verdict. */
export function descriptiveTable(studies: readonly Study[], caption: string): DataTable {
  return {
    caption,
    columns: [
      left('outcome'),
      left('configuration'),
      right('n'),
      right('mean ± std'),
      right('difference [95 %]'),
      left('better'),
    ],
    rows: studies.flatMap((study) => {
      const lines = linesOf(study);
      return study.rows.map((row, index) => rowOf(study, row, lines[index]?.cells ?? []));
    }),
  };
}

function rowOf(
  study: Study,
  { match }: ComparisonRow,
  [n = '', mean = '', difference = '']: readonly string[],
): string[] {
  const { name, better } = study.metric;
  const { unit } = new Numbers(study.metric);
  return [
    unit === '' ? name : `${name}, ${unit}`,
    groupInWords(study, match.group),
    n,
    mean,
    difference,
    better,
  ];
}
