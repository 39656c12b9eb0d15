import type { Tensor } from '../engine.js';
import { ORDERED, OVER_GROUP } from './over-group.js';
import type { Programs } from './program.js';

const WORKGROUP = 64;

/** Loss [N] and its gradient [N, C] of logits [N, C] against target distributions [N, C]; a group for each example. */
export function crossEntropy(
  programs: Programs,
  logits: Tensor,
  targets: Tensor,
): { readonly loss: Tensor; readonly gradient: Tensor } {
  const [n = 0, classes = 0] = logits.shape;
  const [loss, gradient] = programs.run({
    name: 'cross-entropy',
    inputs: { logits, targets },
    outputs: [[n], [n, classes]],
    sizes: {},
    counts: { n, classes },
    workgroups: n,
    workgroupSize: WORKGROUP,
    text: `
      ${OVER_GROUP}
      ${ORDERED}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let example = min(index / WORKGROUP, uniforms.n - 1u);
        let start = example * uniforms.classes;
        let end = start + uniforms.classes;
        var bits = 0u;
        for (var at = start + local; at < end; at += WORKGROUP) { bits = max(bits, ordered(logits[at])); }
        let largest = unordered(largestOf(local, bits));
        var sum = 0.0;
        for (var at = start + local; at < end; at += WORKGROUP) { sum += exp(logits[at] - largest); }
        let total = sumOf(local, sum);
        var loss = 0.0;
        for (var at = start + local; at < end; at += WORKGROUP) {
          let shifted = logits[at] - largest;
          loss -= targets[at] * (shifted - log(total));
          result1[at] = exp(shifted) / total - targets[at];
        }
        loss = sumOf(local, loss);
        if (local == 0u) { result[example] = loss; }
      }`,
  });
  if (!loss || !gradient) throw new Error('cross-entropy gave too little');
  return { loss, gradient };
}
