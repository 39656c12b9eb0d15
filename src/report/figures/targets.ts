import type { Study } from '../../analysis/study.js';
import { summarizeTimes } from '../../analysis/time-to-target.js';
import type { Figure } from '../document.js';
import { stripsFigure } from './strips.js';

/** Epochs to each target; undefined where no seed reached any. */
export function targetsFigure(studies: readonly Study[]): Figure | undefined {
  return stripsFigure(studies, {
    id: 'time-to-target',
    title: 'Epochs until an accuracy is reached.',
    description:
      'Ticks: each seed that reached it. Points: the median over all seeds, where half of them reached it. Further to the left is sooner.',
    caption: 'Epochs of each seed',
    middle: (values) => summarizeTimes(values)?.median,
  });
}
