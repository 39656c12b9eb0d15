import type { Layer } from '../nn/layer.js';
import type { ImageTask } from '../support/images.js';
import { sizeOf } from '../tensor/layout.js';
import type { TensorSpec } from '../tensor/layout.js';
import { resnet } from './resnet.js';
import { vgg } from './vgg.js';

const ARCHITECTURES = {
  resnet20: (task) => resnet(20, task),
  resnet32: (task) => resnet(32, task),
  resnet44: (task) => resnet(44, task),
  resnet56: (task) => resnet(56, task),
  resnet110: (task) => resnet(110, task),
  vgg11bn: (task) => vgg(11, task),
  vgg13bn: (task) => vgg(13, task),
  vgg16bn: (task) => vgg(16, task),
  vgg19bn: (task) => vgg(19, task),
} satisfies Record<string, (task: ImageTask) => Layer>;

export type ModelName = keyof typeof ARCHITECTURES;

/** Every architecture by name, in the order in which help shows them. */
export function modelNames(): ModelName[] {
  const names: ModelName[] = [];
  for (const name in ARCHITECTURES) if (isModelName(name)) names.push(name);
  return names;
}

/**
 * The architecture of that name for the images and classes of a data set.
 *
 * @throws UserError `config` when it cannot take images of that size
 */
export function createModel(name: ModelName, task: ImageTask): Layer {
  return ARCHITECTURES[name](task);
}

/** Number of elements of all given tensors. */
export function countElements(specs: readonly TensorSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function isModelName(name: string): name is ModelName {
  return Object.hasOwn(ARCHITECTURES, name);
}
