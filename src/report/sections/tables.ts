import type { Study } from '../../analysis/study.js';
import { left, right } from '../columns.js';
import { headOf, linesOf } from '../comparison-lines.js';
import type { DataTable } from '../document.js';

/** The table that `compare` prints. */
export function comparisonTable(study: Study, caption: string): DataTable {
  const head = headOf(study);
  const lines = linesOf(study);
  const hasArchitecture = lines.some(({ architecture }) => architecture !== undefined);
  const [n = '', mean = '', difference = '', verdict = ''] = head.cells;
  return {
    caption,
    columns: [
      ...(hasArchitecture ? [left(head.architecture ?? '')] : []),
      left(head.settings),
      right(n),
      right(mean),
      right(difference),
      left(verdict),
    ],
    rows: lines.map(({ architecture = '', settings, cells }) => [
      ...(hasArchitecture ? [architecture] : []),
      settings,
      ...cells,
    ]),
  };
}
