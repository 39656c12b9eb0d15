import type { Optimizer } from '../optim/optimizer.js';
import { vggFromWidths } from '../models/vgg.js';
import type { ImageTask } from '../support/images.js';
import type { Engine, Tensor } from '../tensor/engine.js';
import { Layout } from '../tensor/layout.js';
import type { Methods } from '../train/methods.js';
import { optimizerRandomness, randomStream } from '../train/random.js';
import { check, type CheckResult } from './checks.js';

/** Small, with kernels of four and of two axes and with tensors that are not eligible. */
export const SMALL_TASK: ImageTask = { image: { height: 8, width: 8, channels: 3 }, classes: 5 };

/** The network that transforms and optimizers are tried on. */
export function smallModel(task: ImageTask) {
  return vggFromWidths([4, 'pool', 6], task);
}

const LAYOUT = new Layout(smallModel(SMALL_TASK).parameters);

/** Sizes of gradients: what becomes of them must be finite. Squares of the largest are within float32. */
const SIZES = [
  { name: 'zero', size: 0 },
  { name: 'tiny (1e-30)', size: 1e-30 },
  { name: 'huge (1e15)', size: 1e15 },
];
const STEPS = 3;

/** What must be true of a transform or an optimizer whatever the gradients. */
export async function checkGradients(engine: Engine, methods: Methods): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, size } of SIZES) {
    results.push(
      await check(`finite for gradients that are ${name}`, async () => {
        const updated = await updates(engine, methods, size);
        const at = updated.findIndex((values) => !values.every((value) => Number.isFinite(value)));
        return at < 0 ? undefined : `step ${at + 1} has a value that is not`;
      }),
    );
  }
  return results;
}

/** The parameters after each of some steps with made-up gradients about as large as `size`, the same on every machine. */
export async function updates(engine: Engine, methods: Methods, size: number): Promise<Float32Array[]> {
  const optimizer = methods.optimizer(engine, LAYOUT);
  const random = optimizerRandomness(1);
  let parameters = engine.tensor(madeUp('parameters', 1), [LAYOUT.size]);
  let state = optimizer.init(random);
  const after: Float32Array[] = [];
  try {
    for (let step = 1; step <= STEPS; step++) {
      const next = engine.scope(() => {
        const flat = engine.tensor(madeUp(`gradient ${step}`, size), [LAYOUT.size]);
        const result = update(optimizer, flat, { state, parameters }, step);
        return { ...result, keep: [result.parameters, ...result.state.values()] };
      });
      dispose([parameters, ...state.values()], next.keep);
      ({ parameters, state } = next);
      after.push(await engine.read(parameters));
    }
  } finally {
    dispose([parameters, ...state.values()], []);
  }
  return after;
}

type State = Pick<ReturnType<Optimizer['update']>, 'state' | 'parameters'>;

function update(optimizer: Optimizer, flat: Tensor, { state, parameters }: State, step: number): State {
  const context = { learningRate: 1e-3, step, random: optimizerRandomness(1) };
  return optimizer.update(LAYOUT.unpack(flat), state, parameters, context);
}

function madeUp(name: string, size: number): Float32Array {
  const random = randomStream(1, 'initialization', 'conformance', name);
  return Float32Array.from({ length: LAYOUT.size }, () => size * (2 * random() - 1));
}

function dispose(tensors: readonly Tensor[], kept: readonly Tensor[]): void {
  const stays = new Set(kept);
  for (const tensor of tensors) if (!stays.has(tensor)) tensor.dispose();
}
