import { count } from '../../support/text.js';
import { left, right } from '../columns.js';
import type { Section } from '../document.js';
import { notesOf } from '../notes.js';
import type { ReportInput } from '../report-input.js';
import { groupInWords } from '../sentences.js';

/** Which runs there are, which are missing, and what is to be borne in mind. */
export function completenessSection({ grouping, primary, remarks }: ReportInput): Section {
  const rows = grouping.groups.map((group) => {
    const { runs, absent } = group;
    return [
      groupInWords(primary, group),
      `${runs.length} of ${runs.length + absent.length}`,
      runs.map(({ state }) => state.seed).join(', '),
      absent.map(({ seed, outcome }) => `${seed} ${outcome}`).join(', '),
    ];
  });
  const missing = grouping.groups.reduce((sum, { absent }) => sum + absent.length, 0);
  const counted = grouping.groups.some(({ diverged }) => diverged.length > 0)
    ? 'only the comparison with those that diverged counts any of them'
    : 'nothing here counts them';
  const notes = [...notesOf(primary), ...remarks];
  return {
    id: 'completeness',
    title: 'What there is',
    blocks: [
      {
        kind: 'paragraph',
        text:
          missing === 0
            ? 'Every seed of every configuration is finished.'
            : `${count(missing, 'run')} of the study ${missing === 1 ? 'is' : 'are'} not finished; ${counted}.`,
      },
      {
        kind: 'table',
        table: {
          caption: 'Runs by configuration',
          columns: [left('configuration'), right('finished'), left('seeds'), left('not finished')],
          rows,
        },
      },
      ...(notes.length === 0 ? [] : [{ kind: 'list' as const, items: notes }]),
    ],
  };
}
