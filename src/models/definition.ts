import type { z } from 'zod';

import type { Layer } from '../nn/layer.js';
import type { ImageTask } from '../support/images.js';

/** What a model is before there is a data set. */
export interface ModelDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** The keys of the configuration that it reads, with their defaults and descriptions. */
  readonly options: z.ZodObject<Shape>;
  /**
   * The network for the images and classes of a data set: [N, height, width, channels] → logits [N, classes].
   *
   * @throws UserError `config` when it cannot take images of that size
   */
  create(options: z.output<z.ZodObject<Shape>>, task: ImageTask): Layer;
}

/** A model, which knows the types of its options. */
export function defineModel<Shape extends z.ZodRawShape>(
  definition: ModelDefinition<Shape>,
): ModelDefinition<Shape> {
  return definition;
}
