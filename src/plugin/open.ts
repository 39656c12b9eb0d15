import type { PluginIdentity, ProvidePlugin, RunConfig } from '../config/index.js';
import { loadPlugin, type LoadedPlugin } from './load.js';
import { methodsOf, type MethodsOf } from './methods.js';
import type { Named } from './plugin.js';

/** Loads what configurations name, and says what may be said of it there. */
export const providePlugin: ProvidePlugin = async (reference) => {
  const { plugin, identity } = await loadPlugin(reference);
  return {
    identity,
    transforms: optionsOf(plugin.transforms),
    optimizers: optionsOf(plugin.optimizers),
    models: optionsOf(plugin.models),
    schedules: optionsOf(plugin.schedules),
  };
};

function optionsOf<Options>(methods: Named<{ readonly options: Options }>): Map<string, Options> {
  return new Map(Object.entries(methods).map(([name, { options }]) => [name, options]));
}

/** Plug-ins that are ready for use. */
export interface OpenPlugins {
  readonly plugins: readonly LoadedPlugin[];
  /** What stands for the names in each of the configurations that they were opened for. */
  readonly methods: MethodsOf;
}

/**
 * Loads the plug-ins of resolved configurations.
 *
 * @throws UserError `config` when one cannot be loaded, or is no longer the one that the configuration was made with
 */
export async function openPlugins(configs: readonly Pick<RunConfig, 'plugins'>[]): Promise<OpenPlugins> {
  const identities = new Map(
    configs.flatMap(({ plugins = [] }) => plugins.map((identity) => [keyOf(identity), identity] as const)),
  );
  const loaded = new Map<string, LoadedPlugin>();
  for (const [key, pinned] of identities)
    loaded.set(key, await loadPlugin({ from: pinned.from, folder: '.', pinned }));
  return {
    plugins: [...loaded.values()],
    methods: (config) =>
      methodsOf(
        config,
        (config.plugins ?? []).flatMap((identity) => loaded.get(keyOf(identity)) ?? []),
      ),
  };
}

function keyOf(identity: PluginIdentity): string {
  return JSON.stringify(identity);
}
