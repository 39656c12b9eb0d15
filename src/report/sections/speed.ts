import { speedOf } from '../../analysis/speed.js';
import { percent } from '../../support/text.js';
import { left, right } from '../columns.js';
import type { Section } from '../document.js';
import type { ReportInput } from '../report-input.js';
import { groupInWords } from '../sentences.js';

/** How long it took, and where. */
export function speedSection({ grouping, primary }: ReportInput): Section {
  const rows = grouping.groups
    .map(speedOf)
    .map((speed) => [
      groupInWords(primary, speed.group),
      speed.imagesPerSecond?.toFixed(0) ?? '',
      speed.epochSeconds?.toFixed(1) ?? '',
      speed.othersShare === undefined ? '' : percent(speed.othersShare, 0),
      speed.processors.join('; '),
    ]);
  return {
    id: 'speed',
    title: 'Speed',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'Medians over the epochs of all finished seeds. They are of the machine, and of what else it did, as much as of the method: ' +
          'a difference between configurations that did not take turns on one idle machine is no finding.',
      },
      {
        kind: 'table',
        table: {
          caption: 'Speed by configuration',
          columns: [
            left('configuration'),
            right('images/s'),
            right('s an epoch'),
            right('others had'),
            left('processor'),
          ],
          rows,
        },
      },
    ],
  };
}
