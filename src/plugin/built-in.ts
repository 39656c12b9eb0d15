import { models } from '../models/registry.js';
import { optimizers, transforms } from '../optim/registry.js';
import { schedules } from '../optim/schedule.js';
import { programVersion } from '../support/package.js';
import { API_VERSION, definePlugin } from './plugin.js';

/** All that configurations can name without a plug-in, in the form that a plug-in has. */
export const builtIn = definePlugin({
  meta: { name: 'built-in', version: programVersion(), apiVersion: API_VERSION },
  transforms,
  optimizers,
  models,
  schedules,
});
