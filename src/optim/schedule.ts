/** How the learning rate falls after the warm-up; all epochs are counted from its end. */
export type Decay =
  | 'constant'
  | { readonly step: { readonly every: number; readonly factor: number } }
  | { readonly multistep: { readonly at: readonly number[]; readonly factor: number } }
  | { readonly cosine: { readonly minimum: number } };

export interface Schedule {
  readonly warmupEpochs: number;
  readonly decay: Decay;
}

/**
 * Learning rate of a whole epoch, by steps of one epoch.
 *
 * Warm-up: epoch e of 0 … w − 1 uses η·(e + 1)/w (Goyal et al. 2017, arXiv 1706.02677). Afterwards, with k epochs
 * since the warm-up: step η·f^⌊k/every⌋; multistep η·f^(number of milestones ≤ k); cosine from η to the minimum
 * over the remaining epochs (Loshchilov and Hutter, arXiv 1608.03983).
 *
 * @param epoch 0-based
 * @param epochs length of the whole run, which the cosine needs
 */
export function learningRateAt(
  learningRate: number,
  { warmupEpochs, decay }: Schedule,
  epoch: number,
  epochs: number,
): number {
  if (epoch < warmupEpochs) return (learningRate * (epoch + 1)) / warmupEpochs;
  const k = epoch - warmupEpochs;
  if (decay === 'constant') return learningRate;
  if ('step' in decay) return learningRate * decay.step.factor ** Math.floor(k / decay.step.every);
  if ('multistep' in decay) {
    const passed = decay.multistep.at.filter((milestone) => milestone <= k).length;
    return learningRate * decay.multistep.factor ** passed;
  }
  const { minimum } = decay.cosine;
  const progress = k / Math.max(epochs - warmupEpochs, 1);
  return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * progress))) / 2;
}
