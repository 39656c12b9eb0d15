import type { Contrast } from '../../analysis/comparison.js';
import type { Block, Section } from '../document.js';
import { differencesFigure } from '../figures/differences.js';
import { Numbers } from '../numbers.js';
import type { ReportInput } from '../report-input.js';
import { groupInWords } from '../sentences.js';
import { left, right } from '../columns.js';

/** Each contrast seed by seed, with all that is said of it. */
export function differencesSection({ primary }: ReportInput): Section | undefined {
  const contrasts = primary.rows.flatMap(({ match, contrast }) => {
    const isCompared = match.role === 'compared' && contrast !== undefined && contrast.pairs.length > 0;
    return isCompared ? [{ match, contrast }] : [];
  });
  if (contrasts.length === 0) return undefined;
  const figure = differencesFigure(primary);
  const rows = contrasts.map(({ match, contrast }) => [
    `${groupInWords(primary, match.group)} − ${groupInWords(primary, match.baseline)}`,
    ...contrastCells(new Numbers(primary.metric), contrast),
  ]);
  const blocks: Block[] = [
    ...(figure === undefined ? [] : [{ kind: 'figure' as const, figure }]),
    {
      kind: 'table',
      table: {
        caption: 'Differences from the baseline, with what else can be said of them',
        columns: [
          left('contrast'),
          ...['pairs', 'paired t, p', 'after Holm', 'sign-flip, p', 'Welch [95 %]'].map(right),
          ...['ρ of the pairs', 'Hedges’ g', 'P(higher)', 'seeds needed'].map(right),
        ],
        rows,
      },
    },
    {
      kind: 'paragraph',
      text:
        'Sign-flip: exact, over all signs of the differences. Welch: the same difference as if the seeds were not paired. ρ: how alike the two are ' +
        'seed by seed; near 0 pairing buys nothing. P(higher): that a seed of the one is above a seed of the other. Seeds needed: to tell a difference of the margin with power 0.8.',
    },
  ];
  return { id: 'differences', title: 'Paired differences', blocks };
}

function contrastCells(numbers: Numbers, contrast: Contrast): string[] {
  const {
    pairs,
    paired,
    adjustedPValue,
    signFlipPValue,
    welch,
    correlation,
    hedgesG,
    superiority,
    pairsNeeded,
  } = contrast;
  return [
    String(pairs.length),
    pCell(paired?.pValue),
    pCell(adjustedPValue),
    pCell(signFlipPValue),
    welch === undefined ? '' : `${numbers.difference(welch.value)} ${numbers.interval(welch.interval95)}`,
    correlation?.toFixed(2) ?? '',
    hedgesG?.toFixed(2) ?? '',
    superiority?.toFixed(2) ?? '',
    pairsNeeded === undefined ? '' : String(pairsNeeded),
  ];
}

function pCell(p: number | undefined): string {
  if (p === undefined) return '';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
