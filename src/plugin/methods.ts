import type { RunConfig } from '../config/index.js';
import { decayKind, isForeign, partsOf, type MethodKind, wordOf } from '../config/index.js';
import type { ModelDefinition } from '../models/definition.js';
import { withAllEligible } from '../nn/layer.js';
import { UserError } from '../errors.js';
import type { OptimizerDefinition } from '../optim/base.js';
import { assembleOptimizer } from '../optim/registry.js';
import { learningRateAt } from '../optim/schedule.js';
import type { ScheduleDefinition } from '../optim/schedule.js';
import type { TransformDefinition } from '../optim/transform.js';
import type { Methods } from '../train/methods.js';
import { builtIn } from './built-in.js';
import { Guard } from './guard.js';
import { guardedModel, guardedSchedule } from './guarded-models.js';
import { guardedOptimizer, guardedTransform } from './guarded-optimizers.js';
import type { Named, Plugin } from './plugin.js';

/** A plug-in, and its file. */
export interface FiledPlugin {
  readonly plugin: Plugin;
  readonly file: string;
}

/** What a configuration trains: those of its keys that name methods, and the values that these read. */
export type MethodConfig = Pick<
  RunConfig,
  'plugins' | 'model' | 'modelOptions' | 'optimizer' | 'schedule' | 'epochs'
>;

/**
 * What the names in a configuration stand for. Methods of plug-ins are looked after: they are named in whatever goes wrong.
 *
 * @param plugins - Those that the configuration uses.
 * @throws UserError `config` for a method that there is not
 */
export function methodsOf(config: MethodConfig, plugins: readonly FiledPlugin[] = []): Methods {
  const { model, optimizer, schedule, epochs } = config;
  const decay = decayKind(schedule.decay);
  const shelf = new MethodShelf(plugins);
  const transform = shelf.transform(optimizer.gradient);
  const base = shelf.optimizer(optimizer.base);
  const architecture = shelf.model(model);
  const schedules = shelf.schedule(decay.kind);
  const rate = schedules.create(schedules.options.parse(decay.options));
  const valuesOf = (name: string) => (isForeign(name) ? (optimizer.options ?? {}) : optimizer);
  const modelOptions = architecture.options.parse(config.modelOptions ?? {});
  const parts = {
    transform: { definition: transform, values: valuesOf(optimizer.gradient) },
    base: { definition: base, values: valuesOf(optimizer.base) },
    weightDecay: optimizer.weightDecay,
  };
  return {
    model: (task) => {
      const network = architecture.create(modelOptions, task);
      return optimizer.eligible === 'all' ? withAllEligible(network) : network;
    },
    optimizer: (engine, layout) => assembleOptimizer(engine, parts, layout),
    learningRate: (epoch) =>
      learningRateAt(...([optimizer.learningRate, { ...schedule, decay: rate }, epoch, epochs] as const)),
    foreign: shelf.foreign,
  };
}

/** What stands for the names in configurations, where plug-ins are at hand; without any it is {@link methodsOf}. */
export type MethodsOf = (config: MethodConfig) => Methods;

/** Finds methods by the names that configurations have for them. */
class MethodShelf {
  /** What was found in plug-ins, in words. */
  readonly foreign: string[] = [];
  readonly #plugins: readonly FiledPlugin[];

  constructor(plugins: readonly FiledPlugin[]) {
    this.#plugins = plugins;
  }

  transform(name: string): TransformDefinition {
    return this.#find('transforms', name, guardedTransform, (plugin) => plugin.transforms);
  }

  optimizer(name: string): OptimizerDefinition {
    return this.#find('optimizers', name, guardedOptimizer, (plugin) => plugin.optimizers);
  }

  model(name: string): ModelDefinition {
    return this.#find('models', name, guardedModel, (plugin) => plugin.models);
  }

  schedule(name: string): ScheduleDefinition {
    return this.#find('schedules', name, guardedSchedule, (plugin) => plugin.schedules);
  }

  #find<Definition>(
    kind: MethodKind,
    name: string,
    guarded: (definition: Definition, guard: Guard) => Definition,
    listOf: (plugin: Plugin) => Named<Definition>,
  ): Definition {
    const { plugin: owner, method } = partsOf(name);
    const filed = this.#plugins.find(({ plugin }) => plugin.meta.name === owner);
    const plugin = owner === '' ? builtIn : filed?.plugin;
    const list = plugin === undefined ? {} : listOf(plugin);
    const definition = Object.hasOwn(list, method) ? list[method] : undefined;
    const word = wordOf(kind);
    if (definition === undefined) throw new UserError('config', `there is no ${word} ${name}`);
    if (filed === undefined) return definition;
    const guard = new Guard(word, method, { plugin: owner, file: filed.file });
    this.foreign.push(guard.words);
    return guarded(definition, guard);
  }
}
