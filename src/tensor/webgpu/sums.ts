import type { Tensor } from '../engine.js';
import { sizeOf } from '../layout.js';
import { extentOf, PLACES, sharedOut } from './channels.js';
import { runEach } from './elements.js';
import type { Programs } from './program.js';

/** [parts, …] → […]: the parts added up in their order. They are used up. */
export function addParts(programs: Programs, parts: Tensor, output: readonly number[]): Tensor {
  const length = sizeOf(output);
  const sum = runEach(programs, {
    name: 'sum of parts',
    inputs: { parts },
    output,
    sizes: {},
    counts: { parts: parts.size / length, length },
    text: `
      fn value(at : u32) -> f32 {
        var sum = 0.0;
        for (var part = 0u; part < uniforms.parts; part++) { sum += parts[part * uniforms.length + at]; }
        return sum;
      }`,
  });
  parts.dispose();
  return sum;
}

/** Sum over all axes but the last: [..., C] → [C]. */
export function channelSum(programs: Programs, x: Tensor): Tensor {
  const extent = extentOf(x);
  const sums = programs.runOne({
    name: 'channel sums of parts',
    inputs: { x },
    outputs: [extent.parts === 1 ? [extent.channels] : [extent.parts, extent.channels]],
    ...sharedOut(extent, extent.rowsPerPart),
    text: `
      ${PLACES}
      fn kernel(index : u32) {
        let place = placeOf(index);
        let end = select(0u, place.end, place.inside);
        var sum = 0.0;
        for (var row = place.row; row < end; row += LANES) { sum += x[row * uniforms.channels + place.channel]; }
        sum = overLanes(place, sum);
        if (speaks(place)) { result[place.block * uniforms.channels + place.channel] = sum; }
      }`,
  });
  return extent.parts === 1 ? sums : addParts(programs, sums, [extent.channels]);
}
