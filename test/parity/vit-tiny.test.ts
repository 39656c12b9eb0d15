import { beforeAll, describe, expect, it } from 'vitest';

import { createModel } from '../../src/models/registry.js';
import { targetsOf } from '../../src/train/batch.js';
import { Network } from '../../src/train/network.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose, expectCloseToLargest } from '../support/close.js';
import { cifarTask } from '../support/tasks.js';
import { CLASSES, mean } from './compute.js';
import { formula, formulaParameter } from './formula.js';
import { loadGolden } from './golden.js';
import type { Golden } from './golden.js';

/** As in make_golden.py. */
const IMAGES_STREAM = 1000;
const SIGNS_STREAM = 2000;
const LABELS = Int32Array.of(7, 38);
const IMAGES = [LABELS.length, 32, 32, 3];

describe('vit-tiny, its parameters given by a formula, agrees with PyTorch', () => {
  const model = createModel('vit-tiny', cifarTask(CLASSES));
  let golden: Golden;
  beforeAll(async () => {
    golden = await loadGolden('vit-tiny');
  });

  onEachBackend(
    (engine) => {
      it('in logits, loss, and norm and direction of each gradient', async () => {
        const network = new Network(engine(), model);
        const names = network.parameters.entries.map(({ name }) => name).sort();
        const streams = new Map(names.map((name, stream) => [name, stream]));
        const flat = new Float32Array(network.parameters.size);
        const views = network.parameters.views(flat);
        for (const { name, shape } of network.parameters.entries)
          views.get(name)?.set(formulaParameter(streams.get(name) ?? NaN, name, shape));
        const images = engine().tensor(Float32Array.from(formula(IMAGES_STREAM, IMAGES)), IMAGES);
        const parameters = engine().tensor(flat, [flat.length]);
        const pass = (labelSmoothing: number) =>
          network.differentiate(
            parameters,
            engine().tensor(new Float32Array(0), [0]),
            images,
            engine().tensor(targetsOf(LABELS, undefined, CLASSES, labelSmoothing), [LABELS.length, CLASSES]),
          );

        const { logits, loss, gradients } = pass(0);
        expectCloseToLargest(await engine().read(logits), golden.values('logits'));
        expectClose([mean(await engine().read(loss))], [golden.scalar('loss')]);
        expectClose([mean(await engine().read(pass(0.1).loss))], [golden.scalar('lossSmoothed')]);

        const expected = golden.group('gradients');
        expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [name, gradient] of gradients) {
          const values = await engine().read(gradient);
          const signs = formula(SIGNS_STREAM + (streams.get(name) ?? NaN), [values.length]).map(Math.sign);
          const [norm = NaN, along = NaN] = expected.get(name)?.data ?? [];
          const actual = Math.sqrt(product(values, values));
          expect(Math.abs(actual / norm - 1), `norm of ${name}`).toBeLessThan(1e-4);
          expect(Math.abs(product(values, signs) - along) / norm, `product of ${name}`).toBeLessThan(1e-4);
        }
      });
    },
    ['wasm', 'tensorflow'],
  );
});

function product(a: Float32Array, b: ArrayLike<number>): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
}
