import * as tf from '@tensorflow/tfjs-core';

import type { AdamStep, AdamTensors, Engine, Packed, PackOptions, Tensor, TensorMoments } from '../engine.js';
import { requireOneSize } from '../gradient-operations.js';
import { gather } from './gather.js';
import { cut, joinParts, measureParts } from './moments.js';
import { OVER_GROUP } from './over-group.js';
import type { Programs } from './program.js';

const WORKGROUP = 256;

/** What uploads the tables. */
type Upload = Pick<Engine, 'tensor'>;

/** Moments of at least one tensor. */
export function tensorMoments(programs: Programs, engine: Upload, tensors: readonly Tensor[]): TensorMoments {
  return tf.tidy(() => {
    const cuts = cut(
      tensors.map(({ size }) => size),
      tensors.map(() => true),
    );
    const table = engine.tensor(cuts.table, [cuts.table.length]);
    const { moments } = measureParts(programs, gather(programs, tensors), table, cuts);
    const [means, variances, spreads] = joinParts(programs, moments, table, cuts);
    if (!means || !variances || !spreads) throw new Error('the moments are too few');
    const elements = tensors.reduce((sum, { size }) => sum + size, 0);
    return { means, variances, std: deviation(programs, spreads, elements) };
  });
}

/** Scales, packs and measures at least one tensor. */
export function pack(
  programs: Programs,
  engine: Upload,
  tensors: readonly Tensor[],
  { measured, scaling }: PackOptions,
): Packed {
  return tf.tidy(() => {
    const cuts = cut(
      tensors.map(({ size }) => size),
      measured,
    );
    const table = engine.tensor(cuts.table, [cuts.table.length]);
    const { moments, scaled } = measureParts(programs, gather(programs, tensors), table, cuts, scaling);
    const check = soundness(programs, moments);
    if (cuts.measured === 0) return { flat: scaled, means: tf.zeros([0]), variances: tf.zeros([0]), check };
    const [means, variances] = joinParts(programs, moments, table, cuts);
    if (!means || !variances) throw new Error('the moments are too few');
    return { flat: scaled, means, variances, check };
  });
}

/** The standard deviation of all elements from their own tensors' means, of what {@link joinParts} says of each. */
function deviation(programs: Programs, spreads: Tensor, elements: number): Tensor {
  return programs.runOne({
    name: 'deviation of tensors',
    inputs: { spreads },
    outputs: [[]],
    sizes: {},
    counts: { tensors: spreads.size / 2, elements },
    workgroups: 1,
    workgroupSize: WORKGROUP,
    text: `
        ${OVER_GROUP}
        fn kernel(index : u32) {
          var bits = 0u;
          for (var tensor = index; tensor < uniforms.tensors; tensor += WORKGROUP) {
            bits = max(bits, bitcast<u32>(spreads[2u * tensor]));
          }
          let power = bitcast<f32>(largestOf(index, bits));
          var squares = 0.0;
          for (var tensor = index; tensor < uniforms.tensors; tensor += WORKGROUP) {
            let share = spreads[2u * tensor] / power;
            squares += spreads[2u * tensor + 1u] * share * share;
          }
          let mean = sumOf(index, squares) / f32(uniforms.elements);
          if (index == 0u) { result[0] = sqrt(mean) * power; }
        }`,
  });
}

/** 0 where all parts are finite, else NaN. */
function soundness(programs: Programs, moments: Tensor): Tensor {
  return programs.runOne({
    name: 'check of parts',
    inputs: { moments },
    outputs: [[]],
    sizes: {},
    counts: { parts: moments.size / 3 },
    workgroups: 1,
    workgroupSize: WORKGROUP,
    text: `
        ${OVER_GROUP}
        fn kernel(index : u32) {
          var bits = 0u;
          for (var part = index; part < uniforms.parts; part += WORKGROUP) {
            bits = max(bits, bitcast<u32>(moments[3u * part + 2u]) & 0x7fffffffu);
          }
          let isFinite = largestOf(index, bits) < 0x7f800000u;
          if (index == 0u) { result[0] = select(uniforms.NAN, 0.0, isFinite); }
        }`,
  });
}

/** Adam's step in one dispatch. */
export function adam(
  programs: Programs,
  tensors: AdamTensors,
  { decay, beta1, beta2, correction, epsilon, rate }: AdamStep,
): AdamTensors {
  requireOneSize(tensors);
  const { gradient, first, second, parameters } = tensors;
  const size = parameters.size;
  const [newFirst, newSecond, newParameters] = programs.run({
    name: 'adam',
    inputs: { gradient, first, second, parameters },
    outputs: [first.shape, second.shape, parameters.shape],
    sizes: {},
    counts: { size },
    // Taken from 1 on the host: in float32 little would be left of the digits of 1 − β₂.
    numbers: { decay, beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, correction, epsilon, rate },
    workgroups: Math.ceil(size / WORKGROUP),
    workgroupSize: WORKGROUP,
    text: `
      fn kernel(index : u32) {
        if (index >= uniforms.size) { return; }
        let slope = gradient[index];
        let mean = first[index] * uniforms.beta1 + slope * uniforms.rest1;
        let square = second[index] * uniforms.beta2 + slope * slope * uniforms.rest2;
        let change = mean / (sqrt(square) / uniforms.correction + uniforms.epsilon) * uniforms.rate;
        result[index] = mean;
        result1[index] = square;
        result2[index] = parameters[index] * uniforms.decay - change;
      }`,
  });
  if (!newFirst || !newSecond || !newParameters) throw new Error('the step of Adam gave too little');
  for (const old of [first, second, parameters]) old.dispose();
  return { gradient, first: newFirst, second: newSecond, parameters: newParameters };
}
