import { summarizeTimes } from '../../analysis/time-to-target.js';
import type { Section } from '../document.js';
import { targetsFigure } from '../figures/targets.js';
import { Numbers } from '../numbers.js';
import type { ReportInput } from '../report-input.js';
import { groupInWords } from '../sentences.js';
import { left, right } from '../columns.js';

/** How soon an accuracy is reached. */
export function targetsSection({ targets }: ReportInput): Section | undefined {
  if (targets.length === 0) return undefined;
  const figure = targetsFigure(targets);
  const rows = targets.flatMap((study) =>
    study.rows.map(({ match, values }) => {
      const times = summarizeTimes([...values.values()]);
      const numbers = new Numbers(study.metric);
      return [
        study.metric.name,
        groupInWords(study, match.group),
        numbers.value(times?.median),
        times === undefined ? '' : `${times.reached} of ${times.seeds}`,
      ];
    }),
  );
  return {
    id: 'targets',
    title: 'Time to an accuracy',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'Epochs until the test accuracy is first at a target; ∞ where it never is. Where none was chosen, the targets are half, three quarters and nine tenths of what ' +
          'the baseline has after its last epoch (our rule).',
      },
      ...(figure === undefined ? [] : [{ kind: 'figure' as const, figure }]),
      {
        kind: 'table',
        table: {
          caption: 'Epochs to a test accuracy, median over seeds',
          columns: [
            left('target'),
            left('configuration'),
            right('median, epochs'),
            right('seeds that reached it'),
          ],
          rows,
        },
      },
    ],
  };
}
