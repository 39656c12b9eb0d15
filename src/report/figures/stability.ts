import type { Study } from '../../analysis/study.js';
import { meanAndStd } from '../../support/moments.js';
import type { Figure } from '../document.js';
import { stripPanel, stripTable } from './strips.js';

/** How smooth training is, by several measures; undefined where no run has any. */
export function stabilityFigure(studies: readonly Study[]): Figure | undefined {
  const panels = studies.flatMap((study) => stripPanel(study, (values) => meanAndStd(values).mean) ?? []);
  if (panels.length === 0) return undefined;
  return {
    id: 'smoothness',
    title: 'How smooth training is.',
    description: 'Ticks: each seed. Points: their mean. Further to the left is smoother.',
    panels,
    table: stripTable(studies, 'Stability of each seed'),
  };
}
