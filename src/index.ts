export * as tf from '@tensorflow/tfjs-core';
export { z } from 'zod';

export { NO_OPTIONS } from './optim/definition.js';
export { defineOptimizer } from './optim/base.js';
export { defineSchedule } from './optim/schedule.js';
export { defineTransform, perTensor, stateTensor } from './optim/transform.js';
export { defineModel } from './models/definition.js';
export { definePlugin } from './plugin/plugin.js';
