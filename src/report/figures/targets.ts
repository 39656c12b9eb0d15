import type { Study } from '../../analysis/study.js';
import { summarizeTimes } from '../../analysis/time-to-target.js';
import type { Figure } from '../document.js';
import { stripPanel, stripTable } from './strips.js';

/** Epochs to each target; undefined where no seed reached any. */
export function targetsFigure(studies: readonly Study[]): Figure | undefined {
  const panels = studies.flatMap(
    (study) => stripPanel(study, (values) => summarizeTimes(values)?.median) ?? [],
  );
  if (panels.length === 0) return undefined;
  return {
    id: 'time-to-target',
    title: 'Epochs until an accuracy is reached.',
    description:
      'Ticks: each seed that reached it. Points: the median over all seeds, where half of them reached it. Further to the left is sooner.',
    panels,
    table: stripTable(studies, 'Epochs of each seed'),
  };
}
