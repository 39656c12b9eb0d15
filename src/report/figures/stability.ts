import type { Study } from '../../analysis/study.js';
import { meanAndStd } from '../../support/moments.js';
import type { Figure } from '../document.js';
import { stripsFigure } from './strips.js';

/** How smooth training is, by several measures; undefined where no run has any. */
export function stabilityFigure(studies: readonly Study[]): Figure | undefined {
  return stripsFigure(studies, {
    id: 'smoothness',
    title: 'How smooth training is.',
    description: 'Ticks: each seed. Points: their mean. Further to the left is smoother.',
    caption: 'Stability of each seed',
    middle: (values) => meanAndStd(values).mean,
  });
}
