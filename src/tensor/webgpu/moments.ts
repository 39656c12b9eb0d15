import type { Scaling, Tensor } from '../engine.js';
import { OVER_GROUP } from './over-group.js';
import type { Programs } from './program.js';

const WORKGROUP = 256;
/** Elements that one group measures. */
const ELEMENTS_PER_PART = 4096;

/** Where tensors lie in a vector, and how they are cut into parts. */
export interface Cuts {
  readonly parts: number;
  readonly measured: number;
  /**
   * Of each part start and end in the vector, and which of the measured tensors it is of, −1 if of none; then of each
   * measured tensor its first part, the one behind its last, and its size.
   */
  readonly table: Int32Array;
}

/** Cuts tensors of these sizes that lie one after the other. */
export function cut(sizes: readonly number[], measured: readonly boolean[]): Cuts {
  const parts: number[][] = [];
  const tensors: number[][] = [];
  let start = 0;
  for (const [index, size] of sizes.entries()) {
    const which = measured[index] === true ? tensors.length : -1;
    const first = parts.length;
    const end = start + size;
    for (; start < end; start += ELEMENTS_PER_PART)
      parts.push([start, Math.min(start + ELEMENTS_PER_PART, end), which]);
    start = end;
    if (which >= 0) tensors.push([first, parts.length, size]);
  }
  const table = Int32Array.from([...parts, ...tensors].flat());
  return { parts: parts.length, measured: tensors.length, table };
}

/**
 * Scales the vector if it is told how, and measures every part of it: [parts, 3] with a power of two just below the
 * largest absolute value, and mean and sum of squared deviations of the elements over that. A part with an element that
 * is not finite has NaN for both. Over a power of two numbers of any size can be squared in float32, and nothing is
 * rounded on the way there and back.
 */
export function measureParts(
  programs: Programs,
  flat: Tensor,
  table: Tensor,
  { parts, measured }: Cuts,
  scaling?: Scaling,
): { readonly moments: Tensor; readonly scaled: Tensor } {
  // Where nothing is measured shifts and factors are empty, which the device refuses.
  const own = scaling && measured > 0 ? { shifts: scaling.shifts, factors: scaling.factors } : {};
  const [moments, scaled] = programs.run({
    name: `moments of cuts${scaling ? ' with scaling' : ''}${measured > 0 ? '' : ' of others'}`,
    inputs: { flat, table, ...own, ...(scaling && { others: scaling.others }) },
    outputs: [[parts, 3], ...(scaling ? [flat.shape] : [])],
    sizes: {},
    counts: { parts },
    workgroups: parts,
    workgroupSize: WORKGROUP,
    text: `
      ${OVER_GROUP}
      ${scaling ? scalingText(measured > 0) : UNSCALED}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let part = min(index / WORKGROUP, uniforms.parts - 1u);
        let start = u32(table[3u * part]);
        let end = u32(table[3u * part + 1u]);
        choose(table[3u * part + 2u]);
        var bits = 0u;
        for (var at = start + local; at < end; at += WORKGROUP) {
          let x = element(at);
          bits = max(bits, bitcast<u32>(x) & 0x7fffffffu);
          ${scaling ? 'result1[at] = x;' : ''}
        }
        bits = largestOf(local, bits);
        // The smallest number with all its digits stands for 0 too; the largest power could not be turned.
        let power = bitcast<f32>(clamp(bits & 0x7f800000u, 0x00800000u, 0x7e800000u));
        let inverse = 1.0 / power;
        // Measured from an element, so that a large mean does not cost the sum its digits.
        let origin = element(start) * inverse;
        var sum = 0.0;
        for (var at = start + local; at < end; at += WORKGROUP) { sum += element(at) * inverse - origin; }
        let mean = origin + sumOf(local, sum) / f32(end - start);
        var squares = 0.0;
        for (var at = start + local; at < end; at += WORKGROUP) {
          let centred = element(at) * inverse - mean;
          squares += centred * centred;
        }
        squares = sumOf(local, squares);
        if (local == 0u) {
          let isFinite = bits < 0x7f800000u;
          result[3u * part] = power;
          result[3u * part + 1u] = select(uniforms.NAN, mean, isFinite);
          result[3u * part + 2u] = select(uniforms.NAN, squares, isFinite);
        }
      }`,
  });
  if (moments === undefined) throw new Error('no part was measured');
  return { moments, scaled: scaled ?? flat };
}

/**
 * Means and variances of the measured tensors from those of their parts (Chan et al. 1979), and for each the power of
 * two and the sum of squared deviations over its square, [measured, 2].
 */
export function joinParts(
  programs: Programs,
  moments: Tensor,
  table: Tensor,
  { parts, measured }: Cuts,
): Tensor[] {
  return programs.run({
    name: 'moments of tensors',
    inputs: { moments, table },
    outputs: [[measured], [measured], [measured, 2]],
    sizes: {},
    counts: { parts, measured },
    workgroups: measured,
    workgroupSize: WORKGROUP,
    text: `
      ${OVER_GROUP}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let tensor = min(index / WORKGROUP, uniforms.measured - 1u);
        let row = 3u * (uniforms.parts + tensor);
        let first = u32(table[row]);
        let end = u32(table[row + 1u]);
        let count = f32(table[row + 2u]);
        var bits = 0u;
        for (var part = first + local; part < end; part += WORKGROUP) {
          bits = max(bits, bitcast<u32>(moments[3u * part]));
        }
        let power = bitcast<f32>(largestOf(local, bits));
        let origin = moments[3u * first + 1u] * (moments[3u * first] / power);
        var sum = 0.0;
        for (var part = first + local; part < end; part += WORKGROUP) {
          let mean = moments[3u * part + 1u] * (moments[3u * part] / power);
          sum += elementsOf(part) * (mean - origin);
        }
        let mean = origin + sumOf(local, sum) / count;
        var squares = 0.0;
        for (var part = first + local; part < end; part += WORKGROUP) {
          let share = moments[3u * part] / power;
          let apart = moments[3u * part + 1u] * share - mean;
          squares += moments[3u * part + 2u] * share * share + elementsOf(part) * apart * apart;
        }
        squares = sumOf(local, squares);
        if (local == 0u) {
          result[tensor] = mean * power;
          result1[tensor] = squares / count * power * power;
          result2[2u * tensor] = power;
          result2[2u * tensor + 1u] = squares;
        }
      }

      fn elementsOf(part : u32) -> f32 {
        return f32(table[3u * part + 1u] - table[3u * part]);
      }`,
  });
}

const UNSCALED = `
  fn choose(which : i32) {}
  fn element(at : u32) -> f32 { return flat[at]; }`;

/** What is done to the elements of a part: to those of a measured tensor by its own numbers. */
function scalingText(areMeasured: boolean): string {
  const own = `
    if (which >= 0) {
      shift = shifts[which];
      factor = factors[which];
      return;
    }`;
  return `
    var<private> shift : f32;
    var<private> factor : f32;
    fn choose(which : i32) {
      ${areMeasured ? own : ''}
      shift = 0.0;
      factor = others[0];
    }
    fn element(at : u32) -> f32 { return (flat[at] - shift) * factor; }`;
}
