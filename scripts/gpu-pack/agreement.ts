// Whether an engine computes what the plainest does: `node agreement.js webgpu [--quick]`. Exit status 1 where it does not.
import process from 'node:process';

import { TOLERANCE, distance } from '../../src/conformance/agreement.js';
import { type EngineName, openEngine } from '../../src/tensor/backend.js';
import { reportFailure } from '../support/script.js';
import { SAMPLE_SIZES, samplesOf } from './samples.js';

async function main(backend: EngineName, isQuick: boolean): Promise<void> {
  const sizes = isQuick ? SAMPLE_SIZES.quick : SAMPLE_SIZES.whole;
  const reference = await samplesOf(await openEngine({ backend: 'cpu' }), sizes);
  const engine = await openEngine({ backend });
  const found = await samplesOf(engine, sizes);
  let greatest = 0;
  for (const [index, { name, values }] of reference.entries()) {
    const apart = distance(values, found[index]?.values ?? []);
    // NaN where something is no number.
    if (!(apart <= greatest)) greatest = apart;
    console.log(`${apart.toExponential(1)}  ${name} (${values.length} numbers)`);
  }
  const agrees = greatest <= TOLERANCE;
  const verdict = agrees ? 'agrees' : 'DOES NOT AGREE';
  const { library, devices } = engine.info;
  console.log(
    `${library} on ${devices.join(', ')} ${verdict} with cpu: greatest distance ${greatest.toExponential(1)}, allowed ${TOLERANCE}`,
  );
  if (!agrees) process.exitCode = 1;
}

try {
  const [backend, ...flags] = process.argv.slice(2);
  await main(backend === 'tensorflow' ? backend : 'webgpu', flags.includes('--quick'));
} catch (error) {
  reportFailure('agreement', error);
}
