import { UserError } from '../errors.js';
import { isOfBase } from '../optim/optimizer.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Engine, Tensor } from '../tensor/engine.js';
import type { Layout } from '../tensor/layout.js';
import type { Snapshot } from './checkpoint.js';
import type { Network } from './network.js';
import { optimizerRandomness } from './random.js';
import type { HostTensor } from './safetensors.js';
import { untrained } from './state.js';
import type { TrainState } from './state.js';

/** The untrained state of a seed. */
export function initialState(
  engine: Engine,
  network: Network,
  optimizer: Optimizer,
  seed: number,
): TrainState {
  const { parameters, buffers } = network.initialValues(seed);
  // First, for what throws here leaves nothing behind.
  const state = optimizer.init(optimizerRandomness(seed));
  return {
    progress: untrained,
    tensors: {
      parameters: engine.tensor(parameters, [parameters.length]),
      buffers: engine.tensor(buffers, [buffers.length]),
      optimizer: state,
    },
  };
}

/**
 * Copies a state to the host, each tensor under its own name: parameters and running statistics as the model names
 * them, the optimizer's flat vectors as `<vector>/<parameter>`, its other tensors as they are.
 */
export async function takeSnapshot(
  engine: Engine,
  network: Network,
  { progress, tensors }: TrainState,
  seed: number,
): Promise<Snapshot> {
  const weights = new Map([
    ...named(network.parameters, await engine.read(tensors.parameters)),
    ...named(network.buffers, await engine.read(tensors.buffers)),
  ]);
  const optimizerTensors = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors.optimizer) {
    const data = await engine.read(tensor);
    if (isFlat(name, tensor, network)) {
      for (const [parameter, part] of named(network.parameters, data))
        optimizerTensors.set(`${name}/${parameter}`, part);
    } else {
      optimizerTensors.set(name, { shape: tensor.shape, data });
    }
  }
  return { progress, seed, backend: engine.info.backend, weights, optimizer: optimizerTensors };
}

/**
 * Puts a snapshot back on the device.
 *
 * @throws UserError `checkpoint` when its tensors are not those of this network and optimizer
 */
export function restoreSnapshot(
  engine: Engine,
  network: Network,
  optimizer: Optimizer,
  snapshot: Snapshot,
): TrainState {
  // All is read before anything goes to the device, so that a snapshot that does not fit leaves nothing there.
  const parameters = flatten(network.parameters, snapshot.weights, '');
  const buffers = flatten(network.buffers, snapshot.weights, '');
  const expected = optimizer.init(optimizerRandomness(snapshot.seed));
  try {
    const values = [...expected].map(([name, tensor]) => ({
      name,
      shape: tensor.shape,
      data: isFlat(name, tensor, network)
        ? flatten(network.parameters, snapshot.optimizer, `${name}/`)
        : lookUp(snapshot.optimizer, name, tensor.shape).data,
    }));
    return {
      progress: snapshot.progress,
      tensors: {
        parameters: engine.tensor(parameters, [parameters.length]),
        buffers: engine.tensor(buffers, [buffers.length]),
        optimizer: new Map(values.map(({ name, shape, data }) => [name, engine.tensor(data, shape)])),
      },
    };
  } finally {
    for (const tensor of expected.values()) tensor.dispose();
  }
}

/** Whether a tensor of an optimizer's state is a vector in the order of the parameters; any other is kept as it is. */
function isFlat(name: string, { shape }: Tensor, { parameters }: Network): boolean {
  return isOfBase(name) && shape.length === 1 && shape[0] === parameters.size;
}

function named(layout: Layout, flat: Float32Array): [string, HostTensor][] {
  const views = layout.views(flat);
  return layout.entries.map(({ name, shape }) => [
    name,
    { shape, data: views.get(name) ?? new Float32Array() },
  ]);
}

function flatten(layout: Layout, tensors: ReadonlyMap<string, HostTensor>, prefix: string): Float32Array {
  const flat = new Float32Array(layout.size);
  for (const { name, shape, offset } of layout.entries) {
    flat.set(lookUp(tensors, prefix + name, shape).data, offset);
  }
  return flat;
}

function lookUp(
  tensors: ReadonlyMap<string, HostTensor>,
  name: string,
  shape: readonly number[],
): HostTensor {
  const tensor = tensors.get(name);
  const found = tensor && `[${tensor.shape.join(', ')}]`;
  const expected = `[${shape.join(', ')}]`;
  if (tensor === undefined || found !== expected) {
    throw new UserError(
      'checkpoint',
      `The checkpoint does not fit this model and optimizer: tensor ${name} should have shape ${expected}, ` +
        `found ${found ?? 'none'}. Resume with the configuration that the run was started with.`,
    );
  }
  return tensor;
}
