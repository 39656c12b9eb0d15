import { z } from 'zod';
import { choice } from './choices.js';

/** What the Vision Transformers read. */
export const vitKeys = {
  pool: z
    .enum(['class', 'mean'])
    .default('class')
    .describe('What the head reads: the class token, or the mean of all tokens (vit-tiny, vit-small).'),
};

interface ModelChoice {
  readonly model?: string | undefined;
  readonly modelOptions?: Readonly<Record<string, unknown>> | undefined;
}

/** The built-in models by name, in the order in which help shows them, and the keys of `modelOptions` that only they read. */
const models = choice('resnet20', {})
  .or('resnet32', {})
  .or('resnet44', {})
  .or('resnet56', {})
  .or('resnet110', {})
  .or('vgg11bn', {})
  .or('vgg13bn', {})
  .or('vgg16bn', {})
  .or('vgg19bn', {})
  .or('vit-tiny', vitKeys)
  .or('vit-small', vitKeys);

export const MODEL_NAMES = models.names;

/** The keys of `modelOptions` that any of the built-in models reads. */
export const modelKeys = models.keys;

/** What a built-in model reads; undefined where that is nothing, and for any other name. */
export function schemaOfModel(name: string): z.ZodObject | undefined {
  const unread = models.unread(name);
  const read = Object.entries(models.keys).filter(([key]) => !unread.includes(key));
  return read.length === 0 ? undefined : z.strictObject(Object.fromEntries(read));
}

/** A configuration with the defaults of what its built-in model reads; options that are wrong stay as they are. */
export function withModelDefaults<Config extends ModelChoice>(config: Config): Config {
  const { data } = schemaOfModel(config.model ?? '')?.safeParse(config.modelOptions ?? {}) ?? {};
  return data === undefined ? config : { ...config, modelOptions: data };
}
