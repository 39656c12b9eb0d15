import { z } from 'zod';

import { vitKeys } from '../config/models.js';
import type { Layer } from '../nn/layer.js';
import type { ImageTask } from '../support/images.js';
import { sizeOf } from '../tensor/layout.js';
import type { TensorSpec } from '../tensor/layout.js';
import { defineModel, type ModelDefinition } from './definition.js';
import { resnet } from './resnet.js';
import { vgg } from './vgg.js';
import { vit, VIT_SHAPES } from './vit.js';
import type { VitSize } from './vit.js';

/** Every built-in architecture by name, in the order in which help shows them. */
export const models = {
  resnet20: fixed((task) => resnet(20, task)),
  resnet32: fixed((task) => resnet(32, task)),
  resnet44: fixed((task) => resnet(44, task)),
  resnet56: fixed((task) => resnet(56, task)),
  resnet110: fixed((task) => resnet(110, task)),
  vgg11bn: fixed((task) => vgg(11, task)),
  vgg13bn: fixed((task) => vgg(13, task)),
  vgg16bn: fixed((task) => vgg(16, task)),
  vgg19bn: fixed((task) => vgg(19, task)),
  'vit-tiny': transformer('tiny'),
  'vit-small': transformer('small'),
};

export type ModelName = keyof typeof models;

/** A model that reads no keys. */
function fixed(create: (task: ImageTask) => Layer) {
  return defineModel({ options: z.strictObject({}), create: (_, task) => create(task) });
}

function transformer(size: VitSize) {
  return defineModel({
    options: z.strictObject(vitKeys),
    create: ({ pool }, task) => vit(VIT_SHAPES[size], pool, task),
  });
}

/** Every architecture by name, in the order in which help shows them. */
export function modelNames(): ModelName[] {
  const names: ModelName[] = [];
  for (const name in models) if (isModelName(name)) names.push(name);
  return names;
}

/**
 * The architecture of that name for the images and classes of a data set.
 *
 * @param options - What it reads of a configuration; what is not given has its default.
 * @throws UserError `config` when it cannot take images of that size
 */
export function createModel(
  name: ModelName,
  task: ImageTask,
  options: Readonly<Record<string, unknown>> = {},
): Layer {
  const definition: ModelDefinition = models[name];
  return definition.create(definition.options.parse(options), task);
}

/** Number of elements of all given tensors. */
export function countElements(specs: readonly TensorSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function isModelName(name: string): name is ModelName {
  return Object.hasOwn(models, name);
}
