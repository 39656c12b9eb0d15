import type { Section } from '../document.js';
import type { ReportInput } from '../report-input.js';

/** The plan of the analysis as it was written. */
export function planSection({ plan }: ReportInput): Section {
  if (plan === undefined) {
    return {
      id: 'plan',
      title: 'Plan of the analysis',
      blocks: [
        {
          kind: 'paragraph',
          text:
            'None was given: what is compared, and the margin, may have been chosen after the results were seen. A PLAN.md beside the runs, ' +
            'or one that is named with --plan, is shown here.',
        },
      ],
    };
  }
  return {
    id: 'plan',
    title: 'Plan of the analysis',
    blocks: [
      {
        kind: 'paragraph',
        text: `${plan.file}, word for word. Whether it was written before the first result, its history tells; this report cannot.`,
      },
      { kind: 'code', text: plan.text.trimEnd() },
    ],
  };
}
