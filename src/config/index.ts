export { ConfigError } from './error.js';
export { jsonSchema } from './json-schema.js';
export { checkConfig, loadConfig, problemList, type Check } from './load.js';
export { configurationMarkdown } from './markdown.js';
export type { OptimizerConfig } from './optimizer.js';
export { configDifferences } from './resolved.js';
export type { Overrides } from './overrides.js';
export {
  BACKEND_NAMES,
  PRECISIONS,
  DATASET_NAMES,
  LARGEST_SEED,
  MODEL_NAMES,
  type RunConfig,
} from './schema.js';
export type { Problem } from './source.js';
