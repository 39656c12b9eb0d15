import type { Study } from '../../analysis/study.js';
import { divergedInWords } from '../diverged.js';
import type { Block, Section } from '../document.js';
import type { ReportInput } from '../report-input.js';

/** How the answers change when runs that diverged stay at their last accuracy; undefined where none did. */
export function divergedSection({ primary, secondary, targets }: ReportInput): Section | undefined {
  const blocks = [primary, ...secondary, ...targets].flatMap(divergedBlocks);
  if (blocks.length === 0) return undefined;
  return {
    id: 'diverged',
    title: 'With the runs that diverged',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'All else in this report leaves out the runs whose loss, gradient or update was no longer finite, which favours what diverges. ' +
          'Here each of them stays until its last epoch at the accuracy that it last had.',
      },
      ...blocks,
    ],
  };
}

/** What runs that diverged change in a study; none where it has none. */
export function divergedBlocks(study: Study): Block[] {
  const told = divergedInWords(study);
  if (told === undefined) return [];
  return [
    { kind: 'paragraph', text: told.headline },
    { kind: 'list', items: told.sentences },
  ];
}
