import type { Engine, Tensor } from '../../src/tensor/engine.js';
import type { HostTensor } from '../../src/train/safetensors.js';

/** The nearest bfloat16, ties to even, in its 16 bits: the upper half of a float32. */
function bitsOf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  // A NaN whose rounding would carry into its exponent stays one.
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Each value as bfloat16 has it. */
export function rounded({ data, shape }: HostTensor): HostTensor {
  return { shape, data: new Float32Array(Uint32Array.from(data, (value) => bitsOf(value) << 16).buffer) };
}

/** Images as the engine keeps them in bfloat16: two channels in one int32, the first in the lower half. */
export function packed(engine: Engine, { data, shape }: HostTensor): Tensor {
  const bits = Uint16Array.from(data, bitsOf);
  const [channels = 0] = shape.slice(-1);
  return engine.tensor(new Int32Array(bits.buffer), [...shape.slice(0, -1), channels / 2]);
}

/** Values of a tensor in either type. */
export async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  const data = await tensor.data();
  if (tensor.dtype !== 'int32') return Float32Array.from(data);
  const bits = new Uint16Array(Int32Array.from(data).buffer);
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}
