import type { Dynamics } from '../../analysis/dynamics.js';
import type { Study } from '../../analysis/study.js';
import type { Panel } from '../document.js';
import { groupInWords } from '../sentences.js';
import { castsOf, panelSpec, slug, type Drawing } from './look.js';

/** Each has a panel of its own in every figure of gradients: three architectures with four configurations. */
const MOST_GROUPS = 12;

/** The groups whose gradients are drawn, in the order of all figures. */
export function drawnDynamics(study: Study, dynamics: readonly Dynamics[]): Dynamics[] {
  const series = castsOf(study).flatMap((cast) => cast.series);
  return series
    .flatMap(({ group }) => dynamics.find((each) => each.group === group) ?? [])
    .slice(0, MOST_GROUPS);
}

/** What is to be said of the others; begins with a space. */
export function othersInWords(drawn: readonly Dynamics[], dynamics: readonly Dynamics[]): string {
  const others = dynamics.length - drawn.length;
  return others === 0
    ? ''
    : ` ${others} more configurations are not drawn; comparison.json has their slopes.`;
}

/** A panel for each group. */
export function groupPanels(
  study: Study,
  drawn: readonly Dynamics[],
  { id, height, draw }: GroupDrawing,
): Panel[] {
  return drawn.map((each, index) => {
    const title = groupInWords(study, each.group);
    const specification = panelSpec(title, height(each), draw(each));
    return { id: `${id}-${index + 1}-${slug(title)}`, title, specification };
  });
}

interface GroupDrawing {
  readonly id: string;
  readonly height: (dynamics: Dynamics) => number;
  readonly draw: (dynamics: Dynamics) => Drawing;
}
