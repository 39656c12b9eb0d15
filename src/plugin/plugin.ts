import type { z } from 'zod';

import { UserError } from '../errors.js';
import type { ModelDefinition } from '../models/definition.js';
import type { OptimizerDefinition } from '../optim/base.js';
import type { ScheduleDefinition } from '../optim/schedule.js';
import type { TransformDefinition } from '../optim/transform.js';
import { kindOf } from './checks.js';
import { pluginSchema } from './form.js';

/** The version of what a plug-in is written against. It changes when older plug-ins can no longer be used. */
export const API_VERSION = 1;

/** What a plug-in says of itself. */
export interface PluginMeta {
  /** What a configuration calls it by, before the slash: lower-case letters, digits and `-`. */
  readonly name: string;
  /** Stands in the manifest of every run. */
  readonly version: string;
  readonly apiVersion: typeof API_VERSION;
}

/** Methods of one kind by the names that a configuration has for them, after the slash. */
export type Named<Definition> = Readonly<Record<string, Definition>>;

/** Methods that configurations can name. */
export interface Plugin {
  readonly meta: PluginMeta;
  /** What is done to the gradients before the optimizer sees them: `optimizer.gradient`. */
  readonly transforms: Named<TransformDefinition>;
  /** What turns gradients into updates: `optimizer.base`. */
  readonly optimizers: Named<OptimizerDefinition>;
  /** Architectures: `model`. */
  readonly models: Named<ModelDefinition>;
  /** What the learning rate does after the warm-up: `schedule.decay`. */
  readonly schedules: Named<ScheduleDefinition>;
}

/** A plug-in as it is written: what it does not have may be left out. */
export type PluginParts = Pick<Plugin, 'meta'> & Partial<Omit<Plugin, 'meta'>>;

/** Marks what definePlugin has made, also that of another copy of this file. */
const MARK = Symbol.for('gan-bench plug-in');

/**
 * A plug-in. The built-in methods are one too.
 *
 * @throws UserError `config` naming the part that is not as it must be
 */
export function definePlugin(parts: PluginParts): Plugin {
  const result = pluginSchema(API_VERSION).safeParse(parts, { reportInput: true });
  const issue = result.error?.issues[0];
  if (issue !== undefined) throw new UserError('config', `definePlugin: ${inWords(issue)}`);
  const { meta, transforms = {}, optimizers = {}, models = {}, schedules = {} } = parts;
  const plugin = { meta, transforms, optimizers, models, schedules };
  Object.defineProperty(plugin, MARK, { value: API_VERSION });
  return plugin;
}

/** Whether a value was made by {@link definePlugin}. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, MARK);
}

function inWords(issue: z.core.$ZodIssue): string {
  const part = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  if (issue.code === 'unrecognized_keys')
    return `${part}found ${issue.keys.join(', ')}; allowed: nothing of that name`;
  return `${part}found ${kindOf(issue.input)}; allowed: ${issue.message}`;
}
