import { sizeOf } from '../support/values.js';

/**
 * Values in [-1, 1) that make_golden.py computes too, bit for bit: a hash of the index in 32-bit integers. Different
 * streams have different values.
 */
export function formula(stream: number, shape: readonly number[]): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
    let x = Math.imul(index, 0x9e3779b1) + Math.imul(stream, 0x85ebca77);
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A parameter of the large network, wide enough that attention prefers some tokens. */
export function formulaParameter(stream: number, name: string, shape: readonly number[]): Float32Array {
  const values = formula(stream, shape);
  const spread = Math.sqrt(3 / sizeOf(shape.slice(0, -1)));
  if (name.endsWith('.kernel')) return Float32Array.from(values, (value) => spread * value);
  if (name.endsWith('.scale')) return Float32Array.from(values, (value) => 1 + 0.2 * value);
  if (/\.(offset|bias)$/.test(name)) return Float32Array.from(values, (value) => 0.2 * value);
  return Float32Array.from(values);
}
