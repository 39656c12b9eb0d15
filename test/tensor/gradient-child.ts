import { createHash } from 'node:crypto';

import { openEngine } from '../../src/tensor/backend.js';
import { adamOf, gradientsOfAllSizes, momentsOf, packed } from './gradient-values.js';

/*
 * Prints a checksum of all that the operations on gradients give, on ordinary numbers and on those below 2⁻¹²⁶, which
 * a thread may take for 0 or not: the parent compares it with that of a process with another number of threads.
 */
const engine = await openEngine({ backend: 'tensorflow' });
const hash = createHash('sha256');
for (const scale of [1, 2 ** -130]) {
  const tensors = gradientsOfAllSizes().map(({ shape, data }) => ({
    shape,
    data: data.map((value) => value * scale),
  }));
  const { means, variances, std } = await momentsOf(engine, tensors);
  const measured = tensors.map(({ shape }) => shape.length === 2);
  const scaling = { shifts: [0, 0.1 * scale, scale], factors: [1, 3, -0.1], others: 0.7 };
  const { flat: gradient, ...updates } = await packed(engine, tensors, measured, scaling);
  const [first, second] = [gradient.toReversed(), gradient.map((value) => value ** 2)];
  const step = { decay: 0.99, beta1: 0.9, beta2: 0.999, correction: 0.1, epsilon: 1e-8, rate: 1e-2 };
  const adam = await adamOf(engine, { gradient, first, second, parameters: gradient }, step);
  for (const values of [means, variances, std, gradient, updates.means, updates.variances])
    hash.update(values);
  for (const values of [adam.first, adam.second, adam.parameters]) hash.update(values);
}
console.log(hash.digest('hex'));
