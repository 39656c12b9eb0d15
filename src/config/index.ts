export { ConfigError } from './error.js';
export { jsonSchema } from './json-schema.js';
export {
  checkConfig,
  diffConfigs,
  loadConfig,
  parseResolvedConfig,
  type Check,
  type Overrides,
} from './load.js';
export { configurationMarkdown } from './markdown.js';
export type { BaseOptimizerName, GradientTransformName, OptimizerConfig } from './optimizer.js';
export type { DecayConfig, ScheduleConfig } from './schedule.js';
export {
  BACKEND_NAMES,
  PRECISIONS,
  DATASET_NAMES,
  LARGEST_SEED,
  MODEL_NAMES,
  type BackendName,
  type DatasetConfig,
  type DatasetName,
  type ModelName,
  type RunConfig,
} from './schema.js';
export { formatProblem, type Problem } from './source.js';
