import type { Section } from '../document.js';
import { stabilityFigure } from '../figures/stability.js';
import type { ReportInput } from '../report-input.js';
import { descriptiveTable } from './outcomes.js';

/** How smooth training is. */
export function stabilitySection({ stability }: ReportInput): Section | undefined {
  if (stability.length === 0) return undefined;
  const figure = stabilityFigure(stability);
  return {
    id: 'stability',
    title: 'Stability',
    blocks: [
      {
        kind: 'paragraph',
        text: 'How smooth the curves are, epochs of the warm-up and right after a step of the learning rate left out. Lower is smoother.',
      },
      ...(figure === undefined ? [] : [{ kind: 'figure' as const, figure }]),
      { kind: 'table', table: descriptiveTable(stability, 'Stability, mean ± std over seeds') },
      { kind: 'list', items: stability.map(({ metric }) => `${metric.name}: ${metric.meaning}`) },
    ],
  };
}
