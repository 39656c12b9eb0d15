import { describe, expect, it } from 'vitest';

import type { Engine, Tensor, Unit } from '../../../src/tensor/engine.js';
import { inBfloat16 } from '../../support/backends.js';
import { packed, rounded, valuesOf } from '../../support/bfloat16.js';
import { relativeDistance } from '../../support/close.js';
import {
  gradientAwayFromKinks,
  outputShape,
  randomUnit,
  resultsOf,
  type UnitShape,
} from '../../support/units.js';
import { randomTensor, upload } from '../../support/values.js';

/** One for each way that the kernels compute a convolution and its gradients in bfloat16. */
const SHAPES: readonly (UnitShape & { readonly name: string })[] = [
  { name: 'whole pairs of tiles', n: 4, h: 8, w: 8, inputs: 16, outputs: 16 },
  { name: 'more tiles than a block takes', n: 5, h: 32, w: 32, inputs: 16, outputs: 32 },
  { name: 'images of a single tile', n: 8, h: 2, w: 2, inputs: 64, outputs: 64 },
  { name: 'three tiles in a row', n: 4, h: 4, w: 6, inputs: 32, outputs: 48 },
  { name: 'one accumulator for the gradient of the kernel', n: 4, h: 4, w: 4, inputs: 128, outputs: 144 },
  { name: 'stride 2', n: 4, h: 16, w: 16, inputs: 16, outputs: 32, stride: 2 },
  { name: 'images of odd height and width', n: 4, h: 5, w: 7, inputs: 32, outputs: 48 },
  { name: 'images of one pixel', n: 32, h: 1, w: 1, inputs: 16, outputs: 16 },
  { name: 'the images themselves', n: 4, h: 8, w: 8, inputs: 3, outputs: 16 },
  { name: 'the images themselves and stride 2', n: 4, h: 8, w: 8, inputs: 3, outputs: 16, stride: 2 },
];
const SQUARE = { n: 2, h: 4, w: 4, inputs: 16, outputs: 16 };

/**
 * Of the norm of the difference. One rounding to 8 bits is 0.2 % of a value at most; Winograd's transforms and the way
 * back through batch norm round sums of several. The worst of these cases is 0.8 %.
 */
const TOLERANCE = 1e-2;
/** Distance from ReLU's kink at which roundings do not open or close it. */
const CLEAR = 0.1;

/** The same unit with its gradients in either precision, the float32 one with all that bfloat16 has rounded. */
interface Twins {
  readonly half: Case;
  readonly single: Case;
}
interface Case {
  readonly unit: Unit;
  readonly dy: Tensor;
  readonly addend: Tensor | undefined;
}

inBfloat16((engine, float32) => {
  const twins = (shape: UnitShape, lazy = false): Twins => {
    const plain = randomUnit(float32(), shape);
    const { n, h, w, inputs } = shape;
    const images = randomTensor(10, [n, h, w, inputs]);
    const affine = lazy ? upload(float32(), randomTensor(9, [2, inputs])) : undefined;
    const shortcut = shape.shortcut ? rounded(randomTensor(15, outputShape(shape))) : undefined;
    const addend = inputs === 3 ? undefined : rounded(randomTensor(18, [n, h, w, inputs], 0.1));
    const pack = (tensor = rounded(images)) => packed(engine(), tensor);
    const single = {
      ...plain,
      x: { values: upload(float32(), inputs === 3 ? images : rounded(images)), affine },
      shortcut: shortcut && upload(float32(), shortcut),
    };
    const half = {
      ...single,
      x: { values: inputs === 3 ? single.x.values : pack(), affine },
      shortcut: shortcut && pack(shortcut),
    };
    const written = { ...single, x: { values: float32().materialize(single.x) } };
    const kinks = gradientAwayFromKinks(float32(), written, 1, CLEAR);
    const dy = rounded({ data: Float32Array.from(kinks.dataSync()), shape: kinks.shape });
    return {
      half: { unit: half, dy: pack(dy), addend: addend && pack(addend) },
      single: { unit: single, dy: upload(float32(), dy), addend: addend && upload(float32(), addend) },
    };
  };

  const expectTwins = async ({ half, single }: Twins) => {
    const expected = everythingOf(float32(), single);
    const actual = everythingOf(engine(), half);
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [name, tensor] of expected) {
      const found = actual.get(name);
      const values = found ? await valuesOf(found) : [];
      expect(relativeDistance(values, await valuesOf(tensor)), name).toBeLessThan(TOLERANCE);
    }
  };

  describe('a unit agrees with that in float32 up to rounding', () => {
    it.each(SHAPES)('$name', async (shape) => {
      await expectTwins(twins({ ...shape, bias: true }));
    });

    it.each(SHAPES)('$name, with a shortcut', async (shape) => {
      await expectTwins(twins({ ...shape, shortcut: true }));
    });

    it.each(SHAPES.filter(({ inputs }) => inputs !== 3))('$name, reading lazily', async (shape) => {
      await expectTwins(twins({ ...shape, shared: true }, true));
    });
  });

  it('features and their gradients are kept in pairs of channels', () => {
    const { unit, dy } = twins(SQUARE).half;
    const result = engine().unit(unit);
    const { x, kernel } = engine().unitGradient(dy, unit, result, { needed: true });
    expect([result.output.values.shape, x?.shape]).toEqual([
      [2, 4, 4, 8],
      [2, 4, 4, 8],
    ]);
    expect([result.mean.dtype, kernel.dtype]).toEqual(['float32', 'float32']);
  });

  it.each([{ shared: false }, { shared: true }, { shortcut: true }, { bias: true }])(
    'no tensor is left over of a unit with %o',
    (options) => {
      const { unit, dy, addend } = twins({ ...SQUARE, ...options }).half;
      const before = engine().liveTensors();
      const result = engine().unit(unit);
      const gradients = engine().unitGradient(dy, unit, result, { needed: true, addend });
      const { output, mean, variance, saved } = result;
      const { x, kernel, bias, scale, offset, shortcut } = gradients;
      for (const tensor of [output.values, output.affine, mean, variance, ...saved]) tensor?.dispose();
      for (const tensor of [x, kernel, bias, scale, offset, shortcut]) tensor?.dispose();
      expect(engine().liveTensors()).toBe(before);
    },
  );
});

function everythingOf(engine: Engine, { unit, dy, addend }: Case): Map<string, Tensor> {
  const request = { needed: addend !== undefined, addend };
  return resultsOf(engine, unit, dy, request, (features) => engine.materialize(features));
}
