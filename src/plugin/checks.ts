import { Tensor } from '@tensorflow/tfjs-core';

import type { NamedTensors } from '../tensor/engine.js';
import type { Guard } from './guard.js';

/** Names and shapes that tensors must have. */
type Like = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Refuses what is no map of tensors of float32; whoever writes JavaScript may return anything. */
export function requireTensors(guard: Guard, part: string, found: unknown): void {
  if (!(found instanceof Map)) return guard.refuse(part, `found ${kindOf(found)}; allowed: a Map of tensors`);
  for (const [name, tensor] of found) {
    if (typeof name !== 'string') guard.refuse(part, `found the name ${String(name)}; allowed: text`);
    requireTensor(guard, `${part}: ${name}`, tensor);
  }
}

/** Refuses a map whose tensors are not of these names and shapes. */
export function requireLike(guard: Guard, part: string, found: NamedTensors, like: Like): void {
  requireTensors(guard, part, found);
  for (const name of found.keys())
    if (!like.has(name))
      guard.refuse(part, `found ${name}; allowed: ${[...like.keys()].join(', ') || 'no tensor'}`);
  for (const [name, { shape }] of like) {
    const tensor = found.get(name);
    if (tensor === undefined) guard.refuse(part, `${name} is missing`);
    else requireShape(guard, `${part}: ${name}`, tensor, shape);
  }
}

/** Refuses what is no tensor of float32 of a shape. */
export function requireShape(guard: Guard, part: string, found: unknown, shape: readonly number[]): void {
  const tensor = requireTensor(guard, part, found);
  if (String(tensor.shape) !== String(shape))
    guard.refuse(part, `found the shape [${tensor.shape.join(', ')}]; allowed: [${shape.join(', ')}]`);
}

function requireTensor(guard: Guard, part: string, found: unknown): Tensor {
  if (!isTensor(found)) return guard.refuse(part, `found ${kindOf(found)}; allowed: a tensor`);
  if (found.isDisposed) return guard.refuse(part, 'found a tensor that has been disposed of');
  if (found.dtype !== 'float32') return guard.refuse(part, `found ${found.dtype}; allowed: float32`);
  return found;
}

function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** Refuses to go on with tensors that were not its to dispose of. */
export function requireAlive(guard: Guard, part: string, tensors: Iterable<Tensor>): void {
  for (const tensor of tensors)
    if (tensor.isDisposed) guard.refuse(part, 'it has disposed of a tensor that it was given');
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
