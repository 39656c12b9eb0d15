import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const partsSchema = z.object({ numOrSizeSplits: z.array(z.number().nonnegative()) });

/**
 * Replaces the backend's SplitV for vectors. The backend's own copies the whole tensor anew for each of its parts:
 * unpacking a network's parameters took it a tenth of a step.
 */
export function replaceSplit(backend: BackendWasm): void {
  const original = tf.getKernel('SplitV', 'wasm');
  const kernelFunc: tf.KernelFunc = (parameters) => {
    const { x } = parameters.inputs;
    const sizes = partsSchema.safeParse(parameters.attrs).data?.numOrSizeSplits;
    if (x?.shape.length !== 1 || sizes === undefined) return original.kernelFunc(parameters);
    const values = backend.typedArrayFromHeap(x);
    let offset = 0;
    return sizes.map((size) => {
      const part = backend.makeOutput([size], x.dtype);
      backend.typedArrayFromHeap(part).set(values.subarray(offset, offset + size));
      offset += size;
      return part;
    });
  };
  tf.unregisterKernel('SplitV', 'wasm');
  tf.registerKernel({ ...original, kernelFunc });
}
