export {
  DATASET_NAMES,
  datasetLabel,
  FOLDER_FORMATS,
  folderLabel,
  folderSource,
  LARGEST_SIDE,
  type FolderSource,
} from './dataset.js';
export { entriesOf, isLike, layerOf, outerFirst, type Entry } from './dotted.js';
export { ConfigError, type Problems } from './error.js';
export {
  jsonSchema,
  keyNode,
  keyPaths,
  nodesAt,
  propertiesOf,
  schemaNode,
  type SchemaNode,
} from './json-schema.js';
export { kindOfFile } from './kind.js';
export { mergeSources, sourceFindings, uncheckedConfig, withBases } from './layers.js';
export { checkConfig, loadConfig, problemList, problemsOf, vocabulariesOf, type Check } from './load.js';
export { configurationMarkdown, keyTable } from './markdown.js';
export { isTree, merge, nest, valueAt } from './merge.js';
export type { OptimizerConfig } from './optimizer.js';
export { readAssignments, readOverrides, type Overrides } from './overrides.js';
export {
  noPlugins,
  pluginsOf,
  shelve,
  type PluginReference,
  type ProvidePlugin,
  type Shelf,
  type Vocabulary,
} from './plugins.js';
export { foreignNode } from './foreign-node.js';
export {
  foreignName,
  isForeign,
  METHOD_KINDS,
  PLUGIN_NAME,
  partsOf,
  wordOf,
  type MethodKind,
  type PluginIdentity,
} from './methods.js';
export { MODEL_NAMES } from './models.js';
export { joinPatterns, patternOf, readPatterns, type Pattern } from './patterns.js';
export { presetOr } from './preset.js';
export { findingsOf } from './problems.js';
export { readSource } from './read.js';
export { resolveSources } from './resolve.js';
export { CIRCUMSTANCES, configDifferences, experimentKey, trainedKeys, trainingKey } from './resolved.js';
export { decayKind } from './schedule.js';
export {
  BACKEND_NAMES,
  PRECISIONS,
  LARGEST_SEED,
  RunConfigSchema,
  nameSchema,
  outputSchema,
  seedsSchema,
  type RunConfig,
} from './schema.js';
export { keyOf, plainSource, type Finding, type Problem, type Source } from './source.js';
