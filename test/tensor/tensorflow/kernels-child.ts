import { createHash } from 'node:crypto';

import { openEngine } from '../../../src/tensor/backend.js';
import { gradientAwayFromKinks, randomUnit, resultsOf, type UnitShape } from '../../support/units.js';
import { checksumOfTokens } from '../../support/tokens.js';
import { randomTensor, upload } from '../../support/values.js';

/*
 * Prints a checksum of everything that units and the operations on tokens give: the parent compares it with that of a
 * process with another number of threads.
 */
const shapes: readonly UnitShape[] = [
  { n: 5, h: 32, w: 32, inputs: 16, outputs: 16, bias: true, shared: true },
  { n: 4, h: 16, w: 16, inputs: 16, outputs: 32, stride: 2, shortcut: true },
  { n: 5, h: 32, w: 32, inputs: 3, outputs: 16 },
  // One accumulator for the gradient of the kernel, whose frequencies the threads share out.
  { n: 3, h: 8, w: 8, inputs: 128, outputs: 144 },
];

const engine = await openEngine({ backend: 'tensorflow' });
const hash = createHash('sha256');
for (const shape of shapes) {
  const unit = randomUnit(engine, shape);
  const addend = upload(engine, randomTensor(8, unit.x.values.shape));
  for (const [name, tensor] of resultsOf(engine, unit, gradientAwayFromKinks(engine, unit), { addend })) {
    hash.update(name).update(await engine.read(tensor));
  }
}
hash.update(await checksumOfTokens(engine));
console.log(hash.digest('hex'));
