import type { Tensor } from '../engine.js';
import type { BatchNormGradient } from '../portable/parts.js';
import { extentOf, PLACES, sharedOut } from './channels.js';
import type { Kernel, Programs } from './program.js';

/** Where a gradient of batch norm comes from. */
export interface NormGradientInputs {
  readonly dy: Tensor;
  /** What ReLU made of the output; where it is not positive dy counts for 0. Absent without ReLU. */
  readonly y?: Tensor | undefined;
  readonly x: Tensor;
  readonly scale: Tensor;
  /** Mean and unbiased variance. */
  readonly saved: readonly Tensor[];
}

/** Gradients of batch norm, and that of what came out of it ahead of ReLU if it was asked for. */
export interface NormGradients extends BatchNormGradient {
  readonly sum: Tensor | undefined;
}

/**
 * dx = scale / std · (dy − mean(dy) − x̂ · mean(dy · x̂)) with x̂ the normalized x. The first dispatch sums up parts of
 * the rows, the second puts them together and writes dx.
 */
export function batchNormGradient(
  programs: Programs,
  inputs: NormGradientInputs,
  epsilon: number,
  wantsSum = false,
): NormGradients {
  const { dy, y, x, scale } = inputs;
  const extent = extentOf(x);
  const [parts, sum] = sumUp(programs, inputs, epsilon, wantsSum);
  if (parts === undefined) throw new Error('batch norm summed up nothing');
  const [dx, scaleGradient, offsetGradient] = programs.run({
    name: y ? 'batch norm gradient and ReLU' : 'batch norm gradient',
    inputs: { dy, x, parts, ...(y && { y }) },
    outputs: [x.shape, scale.shape, scale.shape],
    ...sharedOut(extent, extent.rowsPerReader),
    text: `
      ${PLACES}
      ${masked(y)}
      fn total(place : Place, which : u32) -> f32 {
        let end = select(0u, uniforms.parts, place.inside);
        var sum = 0.0;
        for (var part = place.lane; part < end; part += LANES) {
          sum += parts[(2u * part + which) * uniforms.channels + place.channel];
        }
        return overLanes(place, sum);
      }

      fn kernel(index : u32) {
        let place = placeOf(index);
        let sum = total(place, 0u);
        let product = total(place, 1u);
        if (!place.inside) { return; }
        let numbers = 2u * uniforms.parts * uniforms.channels + place.channel;
        let mean = parts[numbers];
        let inverse = parts[numbers + uniforms.channels];
        let factor = parts[numbers + 2u * uniforms.channels] * inverse;
        let count = f32(uniforms.rows);
        // Sorted by what multiplies dy and x − mean.
        let term = -factor * (sum / count);
        let centredFactor = -factor * inverse * inverse * (product / count);
        for (var row = place.row; row < place.end; row += LANES) {
          let at = row * uniforms.channels + place.channel;
          result[at] = masked(at) * factor + (x[at] - mean) * centredFactor + term;
        }
        if (speaks(place) && place.block == 0u) {
          result1[place.channel] = product * inverse;
          result2[place.channel] = sum;
        }
      }`,
  });
  parts.dispose();
  if (!dx || !scaleGradient || !offsetGradient) throw new Error('the gradient of batch norm gave too little');
  return { x: dx, scale: scaleGradient, offset: offsetGradient, sum };
}

/**
 * Of each part of the rows Σ dy and Σ dy · (x − mean), [parts, 2, C], and after them mean, 1 / std and scale, each [C]:
 * a dispatch cannot have that many arrays. Then, on demand, dy where ReLU was open.
 */
function sumUp(
  programs: Programs,
  { dy, y, x, scale, saved: [mean, variance] }: NormGradientInputs,
  epsilon: number,
  wantsSum: boolean,
): Tensor[] {
  if (mean === undefined || variance === undefined) throw new Error('batch norm saved nothing');
  const extent = extentOf(x);
  const outputs: Kernel['outputs'] = [[2 * extent.parts + 3, extent.channels]];
  return programs.run({
    name: `sums of batch norm${y ? ' and ReLU' : ''}${wantsSum ? ' and its gradient' : ''}`,
    inputs: { dy, x, scale, mean, variance, ...(y && { y }) },
    outputs: wantsSum ? [...outputs, x.shape] : outputs,
    ...sharedOut(extent, extent.rowsPerPart),
    numbers: { epsilon },
    text: `
      ${PLACES}
      ${masked(y)}
      fn kernel(index : u32) {
        let place = placeOf(index);
        let end = select(0u, place.end, place.inside);
        let channel = min(place.channel, uniforms.channels - 1u);
        let average = mean[channel];
        var sum = 0.0;
        var product = 0.0;
        for (var row = place.row; row < end; row += LANES) {
          let at = row * uniforms.channels + channel;
          let gradient = masked(at);
          sum += gradient;
          product += gradient * (x[at] - average);
          ${wantsSum ? 'result1[at] = gradient;' : ''}
        }
        sum = overLanes(place, sum);
        product = overLanes(place, product);
        if (!speaks(place)) { return; }
        let at = 2u * place.block * uniforms.channels + channel;
        result[at] = sum;
        result[at + uniforms.channels] = product;
        if (place.block == 0u) {
          let count = f32(uniforms.rows);
          let biased = variance[channel] * (max(count - 1.0, 1.0) / count);
          let numbers = 2u * uniforms.parts * uniforms.channels + channel;
          result[numbers] = average;
          result[numbers + uniforms.channels] = 1.0 / sqrt(biased + uniforms.epsilon);
          result[numbers + 2u * uniforms.channels] = scale[channel];
        }
      }`,
  });
}

function masked(y: Tensor | undefined): string {
  return `
    fn masked(at : u32) -> f32 {
      return ${y ? 'select(0.0, dy[at], y[at] > 0.0)' : 'dy[at]'};
    }`;
}
