import { describe, expect, it } from 'vitest';

import {
  composeInferredUnit,
  composeUnit,
  composeUnitGradient,
} from '../../../src/tensor/portable/composed-unit.js';
import type { Engine, Tensor, Unit } from '../../../src/tensor/engine.js';
import { withKernels } from '../../support/backends.js';
import { expectCloseToLargest } from '../../support/close.js';
import { partsOf } from '../../support/parts.js';
import {
  gradientAwayFromKinks,
  outputShape,
  plain,
  randomUnit,
  resultsOf,
  type UnitFunctions,
  type UnitShape,
} from '../../support/units.js';
import { randomTensor, upload } from '../../support/values.js';

const SHAPES: readonly UnitShape[] = [
  ...[1, 3].flatMap((n) => [
    { n, h: 4, w: 4, inputs: 16, outputs: 16 },
    { n, h: 2, w: 2, inputs: 64, outputs: 64 },
    { n, h: 8, w: 8, inputs: 16, outputs: 32, stride: 2 },
    { n, h: 8, w: 8, inputs: 3, outputs: 16 },
    { n, h: 5, w: 5, inputs: 16, outputs: 16 },
  ]),
  // More rows of tiles than a block takes, and the last block not full.
  { n: 5, h: 32, w: 32, inputs: 16, outputs: 16 },
  { n: 3, h: 6, w: 10, inputs: 32, outputs: 32 },
  { n: 3, h: 8, w: 12, inputs: 32, outputs: 16 },
  { n: 5, h: 12, w: 4, inputs: 48, outputs: 64 },
  { n: 2, h: 2, w: 4, inputs: 48, outputs: 48 },
  { n: 2, h: 4, w: 2, inputs: 64, outputs: 128 },
  { n: 1, h: 4, w: 4, inputs: 128, outputs: 128 },
  // So many weights that the gradient of the kernel has one accumulator.
  { n: 3, h: 2, w: 2, inputs: 128, outputs: 144 },
  { n: 2, h: 16, w: 16, inputs: 128, outputs: 160 },
  { n: 3, h: 4, w: 4, inputs: 32, outputs: 64, stride: 2 },
  { n: 2, h: 2, w: 2, inputs: 48, outputs: 16, stride: 2 },
  { n: 2, h: 6, w: 6, inputs: 16, outputs: 16, stride: 3 },
  { n: 3, h: 32, w: 32, inputs: 3, outputs: 64 },
  { n: 2, h: 4, w: 4, inputs: 3, outputs: 48, stride: 2 },
  { n: 2, h: 7, w: 5, inputs: 32, outputs: 48 },
  { n: 2, h: 3, w: 4, inputs: 16, outputs: 16 },
  { n: 4, h: 1, w: 1, inputs: 16, outputs: 16 },
  { n: 2, h: 3, w: 1, inputs: 3, outputs: 16 },
  { n: 2, h: 1, w: 3, inputs: 3, outputs: 16 },
];

/** Channels that do not fill vectors are left to TensorFlow. */
const LEFT_OUT: readonly UnitShape[] = [
  { n: 2, h: 4, w: 4, inputs: 4, outputs: 16 },
  { n: 2, h: 4, w: 4, inputs: 8, outputs: 16 },
  { n: 2, h: 4, w: 4, inputs: 20, outputs: 16 },
  { n: 2, h: 4, w: 4, inputs: 16, outputs: 8 },
];

const nameOf = ({ n, h, w, inputs, outputs, stride = 1 }: UnitShape) =>
  `${n} × ${h} × ${w}, ${inputs} to ${outputs} channels${stride > 1 ? `, stride ${stride}` : ''}`;
const named = (shapes: readonly UnitShape[]) => shapes.map((shape) => [nameOf(shape), shape] as const);

withKernels((engine) => {
  const expectAgreement = async (unit: Unit, reference = unit) => {
    const dy = gradientAwayFromKinks(engine(), reference);
    const addend = upload(engine(), randomTensor(8, unit.x.values.shape));
    const expected = resultsOf(composed(engine()), reference, dy, { addend });
    const actual = resultsOf(engine(), unit, dy, { addend });
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [name, tensor] of expected) {
      const found = actual.get(name);
      expect(found?.shape, name).toEqual(tensor.shape);
      const values = found ? await engine().read(found) : [];
      expectCloseToLargest(values, await engine().read(tensor), { relative: 2e-5, absolute: 2e-6 });
    }
  };

  describe('a unit agrees with the one composed of TensorFlow’s operations', () => {
    it.each(named(SHAPES))('%s', async (_, shape) => {
      const unit = randomUnit(engine(), shape);
      // Tells that it is the kernels that are tested: they leave norm and ReLU to the reader.
      expect(engine().unit(unit).output.affine).toBeDefined();
      await expectAgreement(unit);
    });

    it.each(named(SHAPES))('%s, with bias and shortcut', async (_, shape) => {
      await expectAgreement(randomUnit(engine(), { ...shape, bias: true, shortcut: true, shared: true }));
    });

    it.each(named(LEFT_OUT))('%s, without the kernels', async (_, shape) => {
      const unit = randomUnit(engine(), { ...shape, bias: true });
      expect(engine().unit(unit).output.affine).toBeUndefined();
      await expectAgreement(unit);
    });
  });

  describe('a unit that reads what another one left to be normalized', () => {
    it.each(named(SHAPES.filter(({ inputs }) => inputs % 16 === 0)))('%s', async (_, shape) => {
      await expectAgreement(...lazyAndPlain(engine(), shape));
    });

    it.each(named(LEFT_OUT.filter(({ inputs }) => inputs % 16 === 0)))(
      '%s, without the kernels',
      async (_, shape) => {
        await expectAgreement(...lazyAndPlain(engine(), shape));
      },
    );
  });

  it.each([
    ['shared', { shared: true }],
    ['the sum with a shortcut', { shortcut: true }],
  ])('an output that is %s is written down', async (_, options) => {
    const shape = { n: 2, h: 4, w: 4, inputs: 16, outputs: 16, ...options };
    const unit = randomUnit(engine(), shape);
    const { output } = engine().unit(unit);
    const evaluated = engine().inferUnit(unit, engine().unit(unit));
    expect([output.affine, evaluated.affine]).toEqual([undefined, undefined]);
    expect(output.values.shape).toEqual(outputShape(shape));
    const values = await engine().read(output.values);
    expect(Math.min(...values)).toBe(0);
  });

  it('without a pending gradient gives that of x alone', async () => {
    const unit = randomUnit(engine(), { n: 2, h: 4, w: 4, inputs: 16, outputs: 16 });
    const dy = gradientAwayFromKinks(engine(), unit);
    const [expected, actual] = [composed(engine()), engine()].map(
      (functions) => functions.unitGradient(dy, unit, functions.unit(unit), { needed: true }).x,
    );
    expectCloseToLargest(await read(engine(), actual), await read(engine(), expected), { absolute: 2e-6 });
  });
});

function composed(engine: Engine): UnitFunctions {
  return {
    unit: (unit) => composeUnit(partsOf(engine), unit),
    unitGradient: (dy, unit, result, input) => composeUnitGradient(partsOf(engine), dy, unit, result, input),
    inferUnit: (unit, statistics) => composeInferredUnit(partsOf(engine), unit, statistics),
  };
}

/** The same unit twice: as it reads lazily normalized images, and as it reads those that were written down. */
function lazyAndPlain(engine: Engine, shape: UnitShape): [Unit, Unit] {
  const { output } = engine.unit(randomUnit(engine, { ...shape, outputs: shape.inputs, stride: 1 }, 2));
  expect(output.affine).toBeDefined();
  const unit = randomUnit(engine, shape, 1, output);
  return [unit, { ...unit, x: { values: plain(output) } }];
}

async function read(engine: Engine, tensor: Tensor | undefined): Promise<Float32Array> {
  if (tensor === undefined) throw new Error('there is no such gradient');
  return engine.read(tensor);
}
