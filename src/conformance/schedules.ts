import type { Methods } from '../train/methods.js';
import { check, type CheckResult } from './checks.js';

/** What must be true of a schedule. @param methodsFor - With it, for a run of so many epochs. */
export async function checkSchedule(methodsFor: (epochs: number) => Methods): Promise<CheckResult[]> {
  const lengths = [1, 6, 200];
  const rates = (epochs: number): number[] => {
    const { learningRate } = methodsFor(epochs);
    return Array.from({ length: epochs }, (_, epoch) => learningRate(epoch));
  };
  return [
    await check(`a rate for every epoch of runs of ${lengths.join(', ')}`, () => {
      lengths.forEach(rates);
      return undefined;
    }),
    await check('the same rates twice, whatever was asked before', () => {
      const { learningRate } = methodsFor(6);
      const backwards = [5, 4, 3, 2, 1, 0].map(learningRate).reverse();
      return String(backwards) === String(rates(6))
        ? undefined
        : 'they differ; a rate follows from its epoch alone';
    }),
  ];
}
