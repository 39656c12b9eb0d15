import type { Tensor } from '../engine.js';
import type { BatchNormResult, ChannelStatistics } from '../portable/parts.js';
import { extentOf, PLACES, sharedOut } from './channels.js';
import { runEach } from './elements.js';
import type { Programs } from './program.js';

/** What follows a normalization in the same pass. */
export interface Following {
  /** Like the output; added. */
  readonly shortcut?: Tensor | undefined;
  /** Whether only the positive part is written. */
  readonly relu: boolean;
}

/** Scale and offset of batch norm, [C] each. */
type NormWeights = Pick<ChannelStatistics, 'scale' | 'offset'>;

/**
 * Normalizes x [N, H, W, C] with its own statistics; saves the mean and the unbiased variance. The first dispatch
 * measures parts of the rows, the second puts that together and normalizes.
 */
export function batchNorm(
  programs: Programs,
  x: Tensor,
  { scale, offset }: NormWeights,
  epsilon: number,
  { shortcut, relu }: Following = { relu: false },
): BatchNormResult {
  const extent = extentOf(x);
  const parts = measure(programs, x);
  const [output, mean, variance] = programs.run({
    name: `batch norm${suffix({ shortcut, relu })}`,
    inputs: { x, parts, scale, offset, ...(shortcut && { shortcut }) },
    outputs: [x.shape, scale.shape, scale.shape],
    ...sharedOut(extent, extent.rowsPerReader),
    numbers: { epsilon },
    text: `
      ${PLACES}
      ${MOMENTS}
      ${following({ shortcut, relu })}
      fn kernel(index : u32) {
        let place = placeOf(index);
        let moments = momentsOf(place);
        let count = f32(uniforms.rows);
        if (!place.inside) { return; }
        let factor = scale[place.channel] / sqrt(moments.y / count + uniforms.epsilon);
        let term = offset[place.channel];
        for (var row = place.row; row < place.end; row += LANES) {
          let at = row * uniforms.channels + place.channel;
          result[at] = following((x[at] - moments.x) * factor + term, at);
        }
        if (speaks(place) && place.block == 0u) {
          result1[place.channel] = moments.x;
          result2[place.channel] = moments.y / max(count - 1.0, 1.0);
        }
      }`,
  });
  parts.dispose();
  if (!output || !mean || !variance) throw new Error('batch norm gave too little');
  // Saved apart from those that are reported: whoever frees one leaves the other.
  return { output, mean, variance, saved: [mean.clone(), variance.clone()] };
}

/** Normalizes x [N, H, W, C] with given statistics. */
export function normalize(
  programs: Programs,
  x: Tensor,
  statistics: ChannelStatistics,
  epsilon: number,
  { shortcut, relu }: Following = { relu: false },
): Tensor {
  const { scale, offset, mean, variance } = statistics;
  return runEach(programs, {
    name: `normalization${suffix({ shortcut, relu })}`,
    inputs: { x, scale, offset, mean, variance, ...(shortcut && { shortcut }) },
    output: x.shape,
    sizes: { C: scale.size },
    numbers: { epsilon },
    text: `
      ${following({ shortcut, relu })}
      fn value(at : u32) -> f32 {
        let channel = at % C;
        let factor = scale[channel] / sqrt(variance[channel] + uniforms.epsilon);
        return following((x[at] - mean[channel]) * factor + offset[channel], at);
      }`,
  });
}

/** Mean and sum of squared deviations of each of some parts of the rows, [parts, 2, C]. */
function measure(programs: Programs, x: Tensor): Tensor {
  const extent = extentOf(x);
  return programs.runOne({
    name: 'moments of parts',
    inputs: { x },
    outputs: [[extent.parts, 2, extent.channels]],
    ...sharedOut(extent, extent.rowsPerPart),
    text: `
      ${PLACES}
      fn kernel(index : u32) {
        let place = placeOf(index);
        let end = select(0u, place.end, place.inside);
        var sum = 0.0;
        for (var row = place.row; row < end; row += LANES) { sum += x[row * uniforms.channels + place.channel]; }
        let mean = overLanes(place, sum) / f32(max(place.end - place.start, 1u));
        var squares = 0.0;
        for (var row = place.row; row < end; row += LANES) {
          let centred = x[row * uniforms.channels + place.channel] - mean;
          squares += centred * centred;
        }
        squares = overLanes(place, squares);
        if (speaks(place)) {
          let at = 2u * place.block * uniforms.channels + place.channel;
          result[at] = mean;
          result[at + uniforms.channels] = squares;
        }
      }`,
  });
}

/** Mean and sum of squared deviations of a channel, of those of its parts (Chan et al. 1979). */
const MOMENTS = `
  fn rowsOf(part : u32) -> f32 {
    return f32(min(uniforms.rowsPerPart, uniforms.rows - part * uniforms.rowsPerPart));
  }

  fn momentsOf(place : Place) -> vec2<f32> {
    let end = select(0u, uniforms.parts, place.inside);
    var sum = 0.0;
    for (var part = place.lane; part < end; part += LANES) {
      sum += rowsOf(part) * parts[2u * part * uniforms.channels + place.channel];
    }
    let mean = overLanes(place, sum) / f32(uniforms.rows);
    var squares = 0.0;
    for (var part = place.lane; part < end; part += LANES) {
      let at = 2u * part * uniforms.channels + place.channel;
      let apart = parts[at] - mean;
      squares += parts[at + uniforms.channels] + rowsOf(part) * apart * apart;
    }
    return vec2<f32>(mean, overLanes(place, squares));
  }`;

function suffix({ shortcut, relu }: Following): string {
  return `${shortcut ? ' with shortcut' : ''}${relu ? ' and ReLU' : ''}`;
}

function following({ shortcut, relu }: Following): string {
  return `
    fn following(normalized : f32, at : u32) -> f32 {
      let sum = normalized${shortcut ? ' + shortcut[at]' : ''};
      // The larger of NaN and 0 could be 0.
      return ${relu ? 'select(sum, 0.0, sum < 0.0)' : 'sum'};
    }`;
}
