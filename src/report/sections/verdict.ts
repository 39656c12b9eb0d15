import type { Section } from '../document.js';
import type { ReportInput } from '../report-input.js';
import { verdictSentences } from '../sentences.js';

/** What the study answers, in words. */
export function verdictSection({ primary }: ReportInput): Section {
  const { name, meaning } = primary.metric;
  const items = verdictSentences(primary);
  return {
    id: 'verdict',
    title: 'Verdict',
    blocks: [
      { kind: 'paragraph', text: `Primary outcome: ${name}. ${meaning}` },
      items.length === 0
        ? { kind: 'paragraph', text: 'No configuration can be compared with a baseline.' }
        : { kind: 'list', items },
      {
        kind: 'paragraph',
        text:
          'Runs are paired by their seed. Better and worse: the difference is told from 0 (paired t, p < 0.05 after Holm). Equivalent: its 90 % ' +
          'interval lies within the margin. Inconclusive: neither, which is not the same as equal. An interval of 95 % covers the true ' +
          'difference in 95 of 100 such studies.',
      },
    ],
  };
}
