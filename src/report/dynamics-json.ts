import type { Dynamics, LayerDynamics } from '../analysis/dynamics.js';
import type { Study } from '../analysis/study.js';
import { groupInWords } from './sentences.js';

/** How the gradients of a group go, as JSON has it: slopes of ln σ per epoch. The curves are in gradients.csv. */
export function dynamicsJson({ labels }: Pick<Study, 'labels'>, { group, seeds, layers, global }: Dynamics) {
  return { label: groupInWords({ labels }, group), seeds, layers: [...layers, global].map(layerJson) };
}

function layerJson({ layer, elements, trend: { slopes, mean, estimate } }: LayerDynamics) {
  return {
    layer,
    elements,
    slopes: [...slopes].map(([seed, slope]) => ({ seed, slope })),
    mean,
    interval95: estimate?.interval95,
  };
}
