import type { Section } from '../document.js';
import type { ReportInput } from '../report-input.js';
import { verdictSentences } from '../sentences.js';
import { divergedBlocks } from './diverged.js';
import { comparisonTable } from './tables.js';

/** What each stage of GAN does: groups that leave one out, against the whole. */
export function stagesSection({ stages }: ReportInput): Section | undefined {
  if (stages === undefined) return undefined;
  return {
    id: 'stages',
    title: 'GAN without its stages',
    blocks: [
      {
        kind: 'paragraph',
        text: 'Groups that leave a stage of GAN out, against all of it. A family of comparisons of its own.',
      },
      { kind: 'table', table: comparisonTable(stages, `${stages.metric.name}, against the whole of GAN`) },
      { kind: 'list', items: verdictSentences(stages) },
      ...divergedBlocks(stages),
    ],
  };
}
