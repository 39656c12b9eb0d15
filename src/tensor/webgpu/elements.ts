import type { Tensor } from '../engine.js';
import { sizeOf } from '../layout.js';
import type { Kernel, Programs } from './program.js';

const WORKGROUP = 256;

/** Computes each element by itself: `fn value(at : u32) -> f32` in the text. */
export function runEach(
  programs: Programs,
  {
    output,
    text,
    counts,
    ...kernel
  }: Pick<Kernel, 'name' | 'inputs' | 'sizes' | 'counts' | 'numbers' | 'text'> & {
    readonly output: readonly number[];
  },
): Tensor {
  const size = sizeOf(output);
  return programs.runOne({
    ...kernel,
    outputs: [output],
    counts: { ...counts, size },
    workgroups: Math.ceil(size / WORKGROUP),
    workgroupSize: WORKGROUP,
    text: `${text}
      fn kernel(index : u32) {
        if (index < uniforms.size) { result[index] = value(index); }
      }`,
  });
}
