export * as tf from '@tensorflow/tfjs-core';
export { z } from 'zod';

export type { ModelDefinition } from './models/definition.js';
export { defineModel } from './models/definition.js';
export type { Initializer } from './nn/initializers.js';
export { constant, kaimingNormal, normal, uniform } from './nn/initializers.js';
export type { BufferSpec, ForwardContext, Layer, ParameterSpec } from './nn/layer.js';
export { sequential } from './nn/layer.js';
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
