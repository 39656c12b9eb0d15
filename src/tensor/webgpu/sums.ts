import type { Tensor } from '../engine.js';
import { sizeOf } from '../layout.js';
import { runEach } from './elements.js';
import type { Programs } from './program.js';

/** [parts, …] → […]: the parts added up in their order. */
export function addParts(programs: Programs, parts: Tensor, output: readonly number[]): Tensor {
  const sum = runEach(programs, {
    name: 'sum of parts',
    inputs: { parts },
    output,
    sizes: { PARTS: parts.size / sizeOf(output), LENGTH: sizeOf(output) },
    text: `
      fn value(at : u32) -> f32 {
        var sum = 0.0;
        for (var part = 0u; part < PARTS; part++) { sum += parts[part * LENGTH + at]; }
        return sum;
      }`,
  });
  parts.dispose();
  return sum;
}
