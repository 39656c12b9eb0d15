import { describe, expect, it } from 'vitest';

import { vggFromWidths } from '../../src/models/vgg.js';
import { constant, normal } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import { dense, globalAveragePool, unit } from '../../src/nn/layers.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import { Network } from '../../src/train/network.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, expectCloseToLargest } from '../support/close.js';
import { numericGradient } from '../support/gradients.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';
import { cifarTask } from '../support/tasks.js';

const zeros = constant(0);
const UNIT = { convolution: 'conv', norm: 'norm' };
/** The kernel that leaves an image as it is. */
const IDENTITY = [0, 0, 0, 0, 1, 0, 0, 0, 0];
const normalized = sequential(
  unit(UNIT, { inputs: 1, outputs: 1, kernel: zeros }),
  globalAveragePool,
  dense('head', { inputs: 1, outputs: 2, kernel: zeros, bias: zeros }),
);

onEachBackend((engine) => {
  describe('initialValues', () => {
    const network = () => new Network(engine(), vggFromWidths([4, 'pool', 4], cifarTask(10)));

    it('depend on the seed alone', () => {
      expect(network().initialValues(42)).toEqual(network().initialValues(42));
      expect(network().initialValues(42)).not.toEqual(network().initialValues(43));
    });

    it('of a tensor do not depend on which others there are', () => {
      const start = (widths: readonly number[]) => {
        const { parameters, initialValues } = networkOf(engine(), widths);
        return parameters.views(initialValues.parameters).get('head.kernel');
      };
      expect(start([4, 4])).toEqual(start([6, 6, 4]));
    });

    it('start the running statistics at mean 0 and variance 1', () => {
      const { buffers, initialValues } = networkOf(engine(), [2]);
      expect([...buffers.views(initialValues.buffers)]).toEqual([
        ['features.norm1.mean', Float32Array.of(0, 0)],
        ['features.norm1.variance', Float32Array.of(1, 1)],
      ]);
    });
  });

  it('eligible names the tensors of rank 2 and more', () => {
    const { eligible } = new Network(engine(), vggFromWidths([2, 'pool', 2], cifarTask(10)));
    expect(eligible.map(({ name }) => name)).toEqual([
      'features.conv1.kernel',
      'features.conv2.kernel',
      'head.kernel',
    ]);
  });

  it('differentiate gives the gradients of the mean loss over the batch', async () => {
    const network = new Network(engine(), normalized);
    const pass = network.differentiate(
      // Scale 2 and offset 3; a head of zeros.
      tensorOf(engine(), [15], ...IDENTITY, 2, 3, 0, 0, 0, 0),
      tensorOf(engine(), [2], 0, 1),
      tensorOf(engine(), [2, 1, 1, 1], 1, 3),
      tensorOf(engine(), [2, 2], 1, 0, 0, 1),
    );
    expectClose(await engine().read(pass.logits), [0, 0, 0, 0]);
    expectClose(await engine().read(pass.loss), [Math.LN2, Math.LN2]);
    expect([...pass.gradients.keys()]).toEqual([
      'conv.kernel',
      'norm.scale',
      'norm.offset',
      'head.kernel',
      'head.bias',
    ]);
    // The features are 3 ± 2, and (softmax − target) / 2 is (−¼, ¼) for the first image, (¼, −¼) for the second.
    const kernel = await gradient(engine(), pass.gradients, 'head.kernel');
    expectClose(kernel, [1, -1], { relative: 1e-5 });
    expectClose(await gradient(engine(), pass.gradients, 'head.bias'), [0, 0]);
  });

  it('differentiate agrees with central differences through a whole network', async () => {
    const model = sequential(
      unit(UNIT, { inputs: 2, outputs: 2, stride: 2, kernel: normal(0.5) }),
      globalAveragePool,
      dense('head', { inputs: 2, outputs: 3, kernel: normal(0.5), bias: normal(0.5) }),
    );
    const network = new Network(engine(), model);
    const values = network.initialValues(1);
    const images = upload(engine(), randomTensor(2, [4, 4, 4, 2]));
    const targets = tensorOf(engine(), [4, 3], 1, 0, 0, 0, 1, 0, 0, 0, 1, 0.2, 0.3, 0.5);
    const pass = (parameters: Float32Array) =>
      network.differentiate(
        tensorOf(engine(), [parameters.length], ...parameters),
        tensorOf(engine(), [4], ...values.buffers),
        images,
        targets,
      );
    const loss = async (parameters: Float32Array) => {
      const losses = await engine().read(pass(parameters).loss);
      return losses.reduce((sum, value) => sum + value, 0) / losses.length;
    };
    // Short steps, for some values before the ReLU are near 0.
    const numeric = await numericGradient(loss, values.parameters, 2 ** -9);
    const packed = network.parameters.pack(pass(values.parameters).gradients);
    expectCloseToLargest(await engine().read(packed), numeric, { relative: 5e-3 });
  });

  it('differentiate refuses a model with a parameter that the logits do not depend on', () => {
    const idle = sequential(unit(UNIT, { inputs: 1, outputs: 1, kernel: zeros }), globalAveragePool, {
      ...dense('head', { inputs: 1, outputs: 1, kernel: zeros, bias: zeros }),
      forward: (x) => x,
    });
    const run = () =>
      new Network(engine(), idle).differentiate(
        tensorOf(engine(), [13], ...IDENTITY, 1, 0, 0, 0),
        tensorOf(engine(), [2], 0, 1),
        tensorOf(engine(), [2, 1, 1, 1], 1, 2),
        tensorOf(engine(), [2, 1], 1, 1),
      );
    expect(run).toThrow('no gradient reached head.kernel');
  });

  it('blends the statistics of each batch into the running ones: 0.9 · running + 0.1 · batch', async () => {
    const network = new Network(engine(), normalized);
    // Mean 2; variance 1, unbiased 2.
    const images = tensorOf(engine(), [2, 1, 1, 1], 1, 3);
    const next = (buffers: Tensor) =>
      network.differentiate(
        tensorOf(engine(), [15], ...IDENTITY, 1, 0, 1, -1, 0, 0),
        buffers,
        images,
        tensorOf(engine(), [2, 2], 1, 0, 0, 1),
      ).buffers;
    const first = next(tensorOf(engine(), [2], 0, 1));
    expectClose(await engine().read(first), [0.2, 1.1]);
    const second = next(first);
    expectClose(await engine().read(second), [0.38, 1.19]);
  });

  it('predict uses the running statistics', async () => {
    const network = new Network(engine(), normalized);
    const logits = network.predict(
      // Scale 2, offset 1, head 1 and −1.
      tensorOf(engine(), [15], ...IDENTITY, 2, 1, 1, -1, 0, 10),
      tensorOf(engine(), [2], 3, 4),
      tensorOf(engine(), [1, 1, 1, 1], 7),
    );
    // 2 · (7 − 3) / 2 + 1 = 5
    expectClose(await engine().read(logits), [5, 5], { relative: 1e-5 });
  });
});

function networkOf(engine: Engine, widths: readonly number[]) {
  const network = new Network(engine, vggFromWidths(widths, cifarTask(10)));
  return {
    parameters: network.parameters,
    buffers: network.buffers,
    initialValues: network.initialValues(42),
  };
}

async function gradient(
  engine: Engine,
  gradients: ReadonlyMap<string, Tensor>,
  name: string,
): Promise<Float32Array> {
  const tensor = gradients.get(name);
  if (tensor === undefined) throw new Error(`no gradient named ${name}`);
  return engine.read(tensor);
}
