import { provenanceOf } from '../../analysis/provenance.js';
import { left, right } from '../columns.js';
import type { Section } from '../document.js';
import type { ReportInput } from '../report-input.js';

/** What the runs were made with, and how to make them again. */
export function provenanceSection({ grouping, commands }: ReportInput): Section {
  const origins = provenanceOf(grouping.groups.flatMap(({ runs }) => runs));
  return {
    id: 'provenance',
    title: 'Where it comes from',
    blocks: [
      {
        kind: 'table',
        table: {
          caption: 'What the finished runs were made with, and how many of them',
          columns: [left('what'), right('runs'), left('value')],
          rows: origins.map(({ what, value, runs }) => [what, String(runs), value]),
        },
      },
      { kind: 'paragraph', text: 'The runs and this report are made again by:' },
      { kind: 'code', text: commands.join('\n') },
    ],
  };
}
