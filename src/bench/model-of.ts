import type { RunConfig } from '../config/index.js';
import { createModel, models } from '../models/registry.js';
import type { ModelDefinition } from '../models/definition.js';
import type { Layer } from '../nn/layer.js';
import type { ImageTask } from '../support/images.js';

/** The network of a configuration, for the images and classes of a data set. */
export type ModelOf = (config: RunConfig) => (task: ImageTask) => Layer;

const BUILT_IN: ReadonlyMap<string, ModelDefinition> = new Map(Object.entries(models));

/**
 * The built-in networks. That of a plug-in is not known without running its code, which whoever only looks at results does
 * not do: ResNet-20 stands for it.
 */
export const builtInModel: ModelOf =
  ({ model, modelOptions = {} }) =>
  (task) => {
    const definition = BUILT_IN.get(model);
    if (definition === undefined) return createModel('resnet20', task);
    return definition.create(definition.options.parse(modelOptions), task);
  };
