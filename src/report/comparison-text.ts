import type { Study } from '../analysis/study.js';
import { alignColumns } from '../support/table.js';
import { headOf, linesOf } from './comparison-lines.js';
import { Numbers } from './numbers.js';
import { notesOf } from './notes.js';
import { contrastSentence, pooledSentence } from './sentences.js';
import { wrap } from './wrap.js';

/** What is left at the least for the words that tell a row, beside the widest intervals of accuracies. */
const NARROWEST = 4;
const GAP = 2;

/** The table, a sentence for each contrast, and what is missing or was left out, in lines of at most `columns`. */
export function comparisonText(study: Study, columns = 80): string[] {
  const sentences = [
    ...study.rows.flatMap((row) => contrastSentence(study, row) ?? []),
    ...study.pooled.map((pooled) => pooledSentence(study, pooled)),
  ];
  const notes = notesOf(study);
  const paragraph = (text: string): string[] => wrap(text, columns);
  const item = (text: string): string[] => wrap(`- ${text}`, columns, '  ');
  return [
    ...paragraph(headline(study)),
    '',
    ...comparisonTable(study, columns),
    '',
    ...sentences.flatMap(item),
    ...(notes.length === 0 ? [] : ['', 'To be known:', ...notes.flatMap(item)]),
  ];
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
