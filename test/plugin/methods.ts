import { RunConfigSchema } from '../../src/config/index.js';
import { SMALL_TASK, smallModel } from '../../src/conformance/gradients.js';
import { Trial } from '../../src/conformance/trial.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { definePlugin, type PluginParts } from '../../src/plugin/plugin.js';
import type { Engine } from '../../src/tensor/engine.js';
import type { Methods } from '../../src/train/methods.js';

export const META = { name: 'mine', version: '1.0.0', apiVersion: 1 } as const;
export const FILE = '/home/me/mine.ts';

/** What a configuration with these keys trains, with a plug-in that has these methods. */
export function foreignMethods(parts: Omit<PluginParts, 'meta'>, keys: object): Methods {
  const plugin = definePlugin({ meta: META, ...parts });
  const config = RunConfigSchema.parse({ name: 'test', model: 'resnet20', ...keys });
  return methodsOf(config, [{ plugin, file: FILE }]);
}

/** What some steps of a small network with these methods fail with. */
export async function failureOf(engine: Engine, methods: Methods, steps = 2): Promise<unknown> {
  let trial: Trial | undefined;
  try {
    trial = new Trial(engine, { model: smallModel, ...pick(methods) }, SMALL_TASK);
    await trial.steps(steps);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    trial?.dispose();
  }
}

function pick({ optimizer, learningRate, foreign }: Methods) {
  return { optimizer, learningRate, foreign };
}
