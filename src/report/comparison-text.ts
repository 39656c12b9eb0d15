import type { Study } from '../analysis/study.js';
import { alignColumns } from '../support/table.js';
import { headOf, linesOf } from './comparison-lines.js';
import { divergedInWords } from './diverged.js';
import { Numbers } from './numbers.js';
import { notesOf } from './notes.js';
import { verdictSentences } from './sentences.js';
import { wrap } from './wrap.js';

/** What is left at the least for the words that tell a row, beside the widest intervals of accuracies. */
const NARROWEST = 4;
const GAP = 2;

/**
 * A study by its metrics, in lines of at most `columns`: of the first the table and a sentence for each contrast, of the
 * others the table; then what is missing or was left out.
 */
export function comparisonText([primary, ...others]: readonly Study[], columns = 80): string[] {
  if (primary === undefined) return [];
  const paragraph = (text: string): string[] => wrap(text, columns);
  const items = (texts: readonly string[]): string[] =>
    texts.flatMap((text) => wrap(`- ${text}`, columns, '  '));
  const tableOf = (study: Study): string[] => [
    ...paragraph(headline(study)),
    '',
    ...comparisonTable(study, columns),
  ];
  const divergedLines = (study: Study): string[] => {
    const told = divergedInWords(study);
    return told === undefined ? [] : ['', ...paragraph(told.headline), ...items(told.sentences)];
  };
  // The same is missing by each metric.
  const notes = [...new Set([primary, ...others].flatMap(notesOf))];
  return [
    ...tableOf(primary),
    '',
    ...items(verdictSentences(primary)),
    ...divergedLines(primary),
    ...others.flatMap((study) => ['', ...tableOf(study), ...divergedLines(study)]),
    ...(others.length === 0 ? [] : ['', ...paragraph(severalMetrics(primary))]),
    ...(notes.length === 0 ? [] : ['', 'To be known:', ...items(notes)]),
  ];
}

function severalMetrics({ metric }: Study): string {
  return (
    `Decide by ${metric.name}, the first metric; the others describe. Their verdicts allow for the contrasts of a table, ` +
    'not for the number of tables: the more there are, the likelier one is wrong.'
  );
}

function headline({ metric }: Study): string {
  const { unit } = new Numbers(metric);
  const mark = metric.chosenOnTest === true ? ' No verdict is given.' : '';
  const inUnit = unit === '' ? '' : `, in ${unit}`;
  return `${metric.name}: ${metric.meaning}${mark} Mean ± std over seeds${inUnit}; ${metric.better} is better.`;
}

function comparisonTable(study: Study, columns: number): string[] {
  const lines = [headOf(study), ...linesOf(study)];
  const hasArchitecture = lines.slice(1).some(({ architecture }) => architecture !== undefined);
  const fixed = [
    ...(hasArchitecture ? [widest(lines.map(({ architecture = '' }) => architecture))] : []),
    ...headOf(study).cells.map((_, index) => widest(lines.map(({ cells }) => cells[index] ?? ''))),
  ];
  const room = columns - fixed.reduce((sum, width) => sum + width + GAP, 0);
  const rows = lines.flatMap(({ architecture = '', settings, cells }) =>
    cellLines(settings, Math.max(room, NARROWEST)).map((words, index) => [
      ...(hasArchitecture ? [index === 0 ? architecture : ''] : []),
      words,
      ...(index === 0 ? cells : []),
    ]),
  );
  return alignColumns(rows, hasArchitecture ? 2 : 1).map((line) => line.trimEnd());
}

/** Words that are longer than the column are cut: a table has no other place for them. */
function cellLines(text: string, columns: number): string[] {
  const pieces = new RegExp(`.{1,${columns}}`, 'gu');
  return wrap(text, columns).flatMap((line) => line.match(pieces) ?? ['']);
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map(({ length }) => length));
}
