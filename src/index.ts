export * as tf from '@tensorflow/tfjs-core';
export { z } from 'zod';

export type { ModelDefinition } from './models/definition.js';
export { defineModel } from './models/definition.js';
export type { Initializer, RandomSource } from './nn/initializers.js';
export { constant, kaimingNormal, normal, uniform } from './nn/initializers.js';
export type { BufferSpec, ForwardContext, Layer, ParameterSpec } from './nn/layer.js';
export { sequential } from './nn/layer.js';
export type { UnitLayer, UnitOptions } from './nn/layers.js';
export { dense, globalAveragePool, maxPool, unit } from './nn/layers.js';
export type { BaseOptimizer, BaseStart, BaseUpdate, OptimizerDefinition, StepContext } from './optim/base.js';
export { defineOptimizer } from './optim/base.js';
export type { ReportSpec } from './optim/definition.js';
export { NO_OPTIONS } from './optim/definition.js';
export type { Randomness } from './optim/randomness.js';
export type { Decay, DecayPlace, ScheduleDefinition } from './optim/schedule.js';
export { defineSchedule } from './optim/schedule.js';
export type {
  GradientTransform,
  TransformContext,
  TransformDefinition,
  TransformResult,
  TransformStart,
} from './optim/transform.js';
export { defineTransform, perTensor, stateTensor } from './optim/transform.js';
export type { Plugin, PluginMeta, PluginParts } from './plugin/plugin.js';
export { builtIn } from './plugin/built-in.js';
export { definePlugin } from './plugin/plugin.js';
export type { GradientOperations, NamedTensors, Scaling, Tensor, TensorMoments } from './tensor/engine.js';
export type { Layout, TrainableSpec } from './tensor/layout.js';
export type { EngineOptions } from './tensor/backend.js';
export { openEngine } from './tensor/backend.js';
export type { Engine, EngineInfo, Precision } from './tensor/engine.js';

export type { Overrides, RunConfig } from './config/index.js';
export { ConfigError } from './config/index.js';
export type { ErrorCode } from './errors.js';
export { UserError } from './errors.js';
export { compare, loadConfig, loadSweep, report, sweep, train } from './library/api.js';
export type { CompareOptions } from './library/asked.js';
export type { StudyComparison } from './library/compare.js';
export type { DataEvent, DataOptions } from './library/data.js';
export type { ReportOptions, WrittenReport } from './library/report.js';
export type { NoteEvent, OpenEvent, RunEvent, SeedEnded, SeedEvent } from './library/run-events.js';
export type { MemberOptions, StudyEvent, SweepOptions, TaskOptions } from './library/sweep.js';
export type { TrainOptions } from './library/train.js';
export type { Study } from './analysis/study.js';
export type { ExperimentSummary, SeedResult, SeedSummary } from './record/summary.js';
export type { SweepEvent, SweepTally } from './sweep/events.js';
export type { NamedSummary } from './sweep/summaries.js';
export type { Member, Sweep } from './sweep/sweep.js';
export type { EpochMetrics, LayerStatistics, TrainEvent } from './train/events.js';
export type { ImageShape, ImageTask } from './support/images.js';
export type { Features } from './tensor/operations.js';
