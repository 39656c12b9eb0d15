import type { Layer } from '../nn/layer.js';
import { sizeOf } from '../tensor/layout.js';
import type { TensorSpec } from '../tensor/layout.js';
import { resnet } from './resnet.js';
import { vgg } from './vgg.js';

const ARCHITECTURES = {
  resnet20: (classes: number) => resnet(20, classes),
  resnet32: (classes: number) => resnet(32, classes),
  resnet44: (classes: number) => resnet(44, classes),
  resnet56: (classes: number) => resnet(56, classes),
  resnet110: (classes: number) => resnet(110, classes),
  vgg11bn: (classes: number) => vgg(11, classes),
  vgg13bn: (classes: number) => vgg(13, classes),
  vgg16bn: (classes: number) => vgg(16, classes),
  vgg19bn: (classes: number) => vgg(19, classes),
} satisfies Record<string, (classes: number) => Layer>;

export type ModelName = keyof typeof ARCHITECTURES;

/** Every architecture by name, in the order in which help shows them. */
export function modelNames(): ModelName[] {
  const names: ModelName[] = [];
  for (const name in ARCHITECTURES) if (isModelName(name)) names.push(name);
  return names;
}

/** The architecture of that name, for images [N, 32, 32, 3]. */
export function createModel(name: ModelName, classes: number): Layer {
  return ARCHITECTURES[name](classes);
}

/** Number of elements of all given tensors. */
export function countElements(specs: readonly TensorSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function isModelName(name: string): name is ModelName {
  return Object.hasOwn(ARCHITECTURES, name);
}
