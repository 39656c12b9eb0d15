import type { Tensor } from '../engine.js';
import type { LayerNorm, LayerNormGradients, Saving } from '../token-operations.js';
import { extentOf, PLACES, sharedOut } from './channels.js';
import { OVER_GROUP } from './over-group.js';
import type { Programs } from './program.js';
import { addParts } from './sums.js';

const WORKGROUP = 64;

/** A group for each row. Saves the mean of each, and one over its standard deviation, [rows, 2]. */
export function layerNorm(programs: Programs, { x, scale, offset, epsilon }: LayerNorm): Saving {
  const { rows, channels } = extentOf(x);
  const [output, statistics] = programs.run({
    name: 'layer norm',
    inputs: { x, scale, offset },
    outputs: [x.shape, [rows, 2]],
    sizes: {},
    counts: { rows, channels },
    numbers: { epsilon },
    ...{ workgroups: rows, workgroupSize: WORKGROUP },
    text: `
      ${OVER_GROUP}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let row = min(index / WORKGROUP, uniforms.rows - 1u);
        let start = row * uniforms.channels;
        let count = f32(uniforms.channels);
        var sum = 0.0;
        for (var c = local; c < uniforms.channels; c += WORKGROUP) { sum += x[start + c]; }
        let mean = sumOf(local, sum) / count;
        var squares = 0.0;
        for (var c = local; c < uniforms.channels; c += WORKGROUP) {
          let centred = x[start + c] - mean;
          squares += centred * centred;
        }
        let inverse = 1.0 / sqrt(sumOf(local, squares) / count + uniforms.epsilon);
        for (var c = local; c < uniforms.channels; c += WORKGROUP) {
          result[start + c] = (x[start + c] - mean) * inverse * scale[c] + offset[c];
        }
        if (local == 0u) {
          result1[2u * row] = mean;
          result1[2u * row + 1u] = inverse;
        }
      }`,
  });
  if (!output || !statistics) throw new Error('layer norm gave too little');
  return { output, saved: [statistics] };
}

export function layerNormGradient(
  programs: Programs,
  dy: Tensor,
  { x, scale }: LayerNorm,
  { saved: [statistics] }: Saving,
  addend: Tensor | undefined,
): LayerNormGradients {
  if (statistics === undefined) throw new Error('layer norm saved nothing');
  return {
    x: inputGradient(programs, { dy, x, scale, statistics, ...(addend && { addend }) }),
    ...weightGradients(programs, { dy, x, statistics }),
  };
}

/** dx = (g − mean(g) − x̂ · mean(g · x̂)) / std with g = dy · scale and x̂ the normalized x; a group for each row. */
function inputGradient(
  programs: Programs,
  inputs: Readonly<Record<'dy' | 'x' | 'scale' | 'statistics', Tensor>> & { readonly addend?: Tensor },
): Tensor {
  const { rows, channels } = extentOf(inputs.x);
  return programs.runOne({
    name: inputs.addend ? 'layer norm input gradient with addend' : 'layer norm input gradient',
    inputs,
    outputs: [inputs.x.shape],
    sizes: {},
    counts: { rows, channels },
    ...{ workgroups: rows, workgroupSize: WORKGROUP },
    text: `
      ${OVER_GROUP}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let row = min(index / WORKGROUP, uniforms.rows - 1u);
        let start = row * uniforms.channels;
        let count = f32(uniforms.channels);
        let mean = statistics[2u * row];
        let inverse = statistics[2u * row + 1u];
        var sum = 0.0;
        var product = 0.0;
        for (var c = local; c < uniforms.channels; c += WORKGROUP) {
          let g = dy[start + c] * scale[c];
          sum += g;
          product += g * (x[start + c] - mean) * inverse;
        }
        let shift = sumOf(local, sum) / count;
        let along = sumOf(local, product) / count;
        for (var c = local; c < uniforms.channels; c += WORKGROUP) {
          let at = start + c;
          let normalized = (x[at] - mean) * inverse;
          result[at] = (dy[at] * scale[c] - shift - normalized * along) * inverse${inputs.addend ? ' + addend[at]' : ''};
        }
      }`,
  });
}

/** Those of scale, Σ dy · x̂, and offset, Σ dy, over all rows: in parts, which are then added up. */
function weightGradients(
  programs: Programs,
  inputs: Readonly<Record<'dy' | 'x' | 'statistics', Tensor>>,
): Pick<LayerNormGradients, 'scale' | 'offset'> {
  const extent = extentOf(inputs.x);
  const shape = extent.parts === 1 ? [extent.channels] : [extent.parts, extent.channels];
  const [scale, offset] = programs.run({
    name: 'layer norm weight gradients of parts',
    inputs,
    outputs: [shape, shape],
    ...sharedOut(extent, extent.rowsPerPart),
    text: `
      ${PLACES}
      fn kernel(index : u32) {
        let place = placeOf(index);
        let end = select(0u, place.end, place.inside);
        var products = 0.0;
        var sum = 0.0;
        for (var row = place.row; row < end; row += LANES) {
          let at = row * uniforms.channels + place.channel;
          products += dy[at] * (x[at] - statistics[2u * row]) * statistics[2u * row + 1u];
          sum += dy[at];
        }
        products = overLanes(place, products);
        sum = overLanes(place, sum);
        if (speaks(place)) {
          result[place.block * uniforms.channels + place.channel] = products;
          result1[place.block * uniforms.channels + place.channel] = sum;
        }
      }`,
  });
  if (!scale || !offset) throw new Error('layer norm gave too little');
  if (extent.parts === 1) return { scale, offset };
  return {
    scale: addParts(programs, scale, [extent.channels]),
    offset: addParts(programs, offset, [extent.channels]),
  };
}
