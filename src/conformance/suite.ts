import { foreignName, METHOD_KINDS, RunConfigSchema, type MethodKind } from '../config/index.js';
import type { FiledPlugin } from '../plugin/methods.js';
import { methodsOf } from '../plugin/methods.js';
import type { Plugin } from '../plugin/plugin.js';
import type { ImageTask } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import type { Methods } from '../train/methods.js';
import { check, type CheckResult } from './checks.js';
import { checkGradients, SMALL_TASK, smallModel, updates } from './gradients.js';
import { logits } from './logits.js';
import { checkSchedule } from './schedules.js';
import { checkTraining } from './training.js';

/** A method of a plug-in. */
export interface Subject {
  readonly kind: MethodKind;
  /** `transform` */
  readonly word: string;
  readonly name: string;
}

/** What came of the checks of a method on one backend. */
export interface MethodReport extends Omit<Subject, 'kind'> {
  readonly checks: readonly CheckResult[];
  /** What it computes from made-up numbers, for comparison with other backends; empty where nothing is. */
  readonly sample: readonly number[];
}

/** All methods of a plug-in, by kind. */
export function subjectsOf(plugin: Plugin): Subject[] {
  return METHOD_KINDS.flatMap(({ kind, word }) =>
    Object.keys(plugin[kind]).map((name) => ({ kind, word, name })),
  );
}

const COLOUR_TASK: ImageTask = { image: { height: 32, width: 32, channels: 3 }, classes: 10 };

/** Checks every method of a plug-in on an engine. */
export async function testPlugin(engine: Engine, filed: FiledPlugin): Promise<MethodReport[]> {
  const reports: MethodReport[] = [];
  for (const { kind, word, name } of subjectsOf(filed.plugin)) {
    const options = await check('every option has a default', () => {
      const { error } = filed.plugin[kind][name]?.options.safeParse({}) ?? {};
      return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    });
    const found = options.problem === undefined ? await testMethod(engine, filed, { kind, name }) : NOTHING;
    reports.push({ word, name, checks: [options, ...found.checks], sample: found.sample });
  }
  return reports;
}

interface Found {
  readonly checks: readonly CheckResult[];
  readonly sample: readonly number[];
}

const NOTHING: Found = { checks: [], sample: [] };

async function testMethod(
  engine: Engine,
  filed: FiledPlugin,
  { kind, name }: Pick<Subject, 'kind' | 'name'>,
): Promise<Found> {
  const foreign = foreignName(filed.plugin.meta.name, name);
  const methods = (keys: object): Methods => methodsOf(configWith(keys), [filed]);
  switch (kind) {
    case 'transforms':
      return await testOptimizer(engine, () => methods({ optimizer: { gradient: foreign, base: 'sgd' } }));
    case 'optimizers':
      return await testOptimizer(engine, () => methods({ optimizer: { base: foreign } }));
    case 'models':
      return await testModel(engine, () => methods({ model: foreign }));
    case 'schedules':
      return {
        checks: await checkSchedule((epochs) =>
          methods({ schedule: { warmupEpochs: 0, decay: foreign }, epochs }),
        ),
        sample: [],
      };
  }
}

async function testOptimizer(engine: Engine, make: () => Methods): Promise<Found> {
  const made = await check('it can be made', () => {
    make();
    return undefined;
  });
  if (made.problem !== undefined) return { checks: [made], sample: [] };
  const methods = { ...make(), model: smallModel };
  const checks = [
    ...(await checkTraining(engine, methods, SMALL_TASK)),
    ...(await checkGradients(engine, methods)),
  ];
  return { checks, sample: await sampleOf(async () => (await updates(engine, methods, 0.1)).at(-1)) };
}

async function testModel(engine: Engine, make: () => Methods): Promise<Found> {
  const checks = await checkTraining(engine, make(), COLOUR_TASK);
  return { checks, sample: await sampleOf(() => logits(engine, make(), COLOUR_TASK)) };
}

/** Nothing of what fails: a check has told why. */
async function sampleOf(make: () => Promise<Float32Array | undefined>): Promise<number[]> {
  try {
    return [...((await make()) ?? [])];
  } catch {
    return [];
  }
}

function configWith(keys: object) {
  return RunConfigSchema.parse({ name: 'conformance', model: 'resnet20', ...keys });
}
