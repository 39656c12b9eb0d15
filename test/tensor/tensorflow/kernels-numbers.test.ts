import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import type { Tensor, Unit } from '../../../src/tensor/engine.js';
import { withKernels } from '../../support/backends.js';
import { expectClose, relativeDistance } from '../../support/close.js';
import { typescriptArguments } from '../../support/typescript-child.js';
import {
  gradientAwayFromKinks,
  outputShape,
  randomUnit,
  resultsOf,
  type UnitShape,
} from '../../support/units.js';
import { alikeChannels, everyChannel, randomTensor, tensorOf, upload } from '../../support/values.js';

const SQUARE = { n: 2, h: 4, w: 4, inputs: 16, outputs: 16 };
/** One for each way that the kernels compute a convolution. */
const SHAPES: readonly (UnitShape & { readonly name: string })[] = [
  { name: 'with tiles of 4 × 4', ...SQUARE },
  { name: 'with tiles of 2 × 2', ...SQUARE, h: 6, w: 2 },
  { name: 'with stride 2', ...SQUARE, stride: 2 },
  { name: 'of an odd image', ...SQUARE, h: 5, w: 3 },
  { name: 'of images themselves', ...SQUARE, inputs: 3 },
];

withKernels((engine) => {
  const read = async (tensor: Tensor | undefined) => (tensor ? engine().read(tensor) : Float32Array.of());
  /** A unit whose images have one value that is not a number, or not a finite one. */
  const broken = (shape: UnitShape, value: number): Unit => {
    const unit = randomUnit(engine(), shape);
    const images = randomTensor(1, unit.x.values.shape);
    images.data[5] = value;
    return { ...unit, x: { values: upload(engine(), images) } };
  };
  const hidden = (values: Float32Array) => values.every((value) => Number.isFinite(value));

  describe('a number that is none is seen in the output', () => {
    const cases = SHAPES.flatMap((shape) =>
      [NaN, Infinity, -Infinity].map((value) => ({ ...shape, value, shape })),
    );
    it.each(cases)('of a unit $name: $value', async ({ shape, value }) => {
      for (const shared of [false, true]) {
        const unit = { ...broken(shape, value), shared };
        const result = engine().unit(unit);
        expect(hidden(await read(engine().materialize(result.output)))).toBe(false);
        expect(hidden(await read(result.mean))).toBe(false);
        expect(hidden(await read(result.variance))).toBe(false);
      }
    });

    it.each(SHAPES)('of a unit $name in evaluation', async (shape) => {
      const unit = broken(shape, NaN);
      const statistics = {
        mean: unit.weights.scale,
        variance: tensorOf(engine(), [16], ...everyChannel([1])),
      };
      expect(hidden(await read(engine().materialize(engine().inferUnit(unit, statistics))))).toBe(false);
    });

    it.each(SHAPES)('of the gradients of a unit $name', async (shape) => {
      const unit = randomUnit(engine(), { ...shape, inputs: 16 });
      const dy = randomTensor(6, outputShape(shape));
      // In every channel of a pixel, for ReLU closes some of them.
      dy.data.fill(NaN, 16, 32);
      const result = engine().unit(unit);
      const gradients = engine().unitGradient(upload(engine(), dy), unit, result, { needed: true });
      for (const tensor of [gradients.x, gradients.kernel, gradients.scale, gradients.offset])
        expect(hidden(await read(tensor))).toBe(false);
    });

    it('of a unit whose shortcut has it', async () => {
      const unit = randomUnit(engine(), SQUARE);
      const values = randomTensor(5, outputShape(SQUARE));
      values.data[7] = NaN;
      const { output } = engine().unit({ ...unit, shortcut: upload(engine(), values) });
      expect((await read(output.values))[7]).toBeNaN();
    });

    it.each([0, 1, 2, 3])('of maxPool, in place %i of the window', async (place) => {
      const pixels = [1, 2, 3, 4];
      pixels[place] = NaN;
      const values = alikeChannels(engine(), [1, 2, 2], pixels);
      expect([...(await read(engine().maxPool({ values })))]).toEqual(everyChannel([NaN]));
      const affine = tensorOf(engine(), [2, 16], ...everyChannel([1, 0]));
      expect([...(await read(engine().maxPool({ values, affine })))]).toEqual(everyChannel([NaN]));
    });
  });

  it.each([
    { name: 'with tiles of 4 × 4', n: 1, h: 8, w: 8, most: 1e-6 },
    { name: 'with tiles of 2 × 2', n: 2, h: 6, w: 6, most: 4e-7 },
  ])('a convolution $name keeps its digits', async ({ most, ...size }) => {
    const unit = randomUnit(engine(), { ...size, inputs: 64, outputs: 64 });
    const exact = convolved(await read(unit.x.values), await read(unit.weights.kernel), size, 64);
    expect(relativeDistance(await read(engine().unit(unit).output.values), exact)).toBeLessThan(most);
  });

  it.each([1, 30, 1000])('the variance keeps its digits beside a bias of %i', async (bias) => {
    const unit = randomUnit(engine(), { ...SQUARE, h: 16, w: 16 });
    const shifted = {
      ...unit,
      weights: { ...unit.weights, bias: tensorOf(engine(), [16], ...everyChannel([bias])) },
    };
    expectClose(await read(engine().unit(shifted).variance), await read(engine().unit(unit).variance), {
      relative: 1e-3,
    });
  });

  it.each([1, 30, 1000])(
    'the variance of a direct convolution keeps its digits beside a bias of %i',
    async (bias) => {
      const unit = randomUnit(engine(), { ...SQUARE, h: 16, w: 16, stride: 2 });
      const shifted = {
        ...unit,
        weights: { ...unit.weights, bias: tensorOf(engine(), [16], ...everyChannel([bias])) },
      };
      expectClose(await read(engine().unit(shifted).variance), await read(engine().unit(unit).variance), {
        relative: 1e-3,
      });
    },
  );

  describe('the same bytes come', () => {
    it.each(SHAPES)('of a unit $name, again and again', async (shape) => {
      const unit = randomUnit(engine(), { ...shape, bias: true });
      const dy = gradientAwayFromKinks(engine(), unit);
      const runs = [1, 2, 3].map(() => resultsOf(engine(), unit, dy));
      const [first, ...others] = await Promise.all(
        runs.map(async (results) => await Promise.all([...results.values()].map(read))),
      );
      for (const other of others) expect(other).toEqual(first);
    });

    it('however many threads there are', async () => {
      const checksums = await Promise.all(['1', '2', '3'].map(checksumWith));
      expect(checksums[0]).toMatch(/^[0-9a-f]{64}$/);
      expect(new Set(checksums).size).toBe(1);
    });
  });

  describe('no tensor is left over', () => {
    it.each([{ shared: false }, { shared: true }, { shortcut: true }, { bias: true }])('%o', (options) => {
      const unit = randomUnit(engine(), { ...SQUARE, ...options });
      const dy = upload(engine(), randomTensor(6, outputShape(SQUARE)));
      const addend = upload(engine(), randomTensor(8, unit.x.values.shape));
      const before = engine().liveTensors();
      const result = engine().unit(unit);
      const gradients = engine().unitGradient(dy, unit, result, { needed: true, addend });
      const { output, mean, variance, saved } = result;
      for (const tensor of [output.values, output.affine, mean, variance, ...saved]) tensor?.dispose();
      for (const tensor of [gradients.x, gradients.kernel, gradients.scale, gradients.offset])
        tensor?.dispose();
      for (const tensor of [gradients.bias, gradients.shortcut]) tensor?.dispose();
      expect(engine().liveTensors()).toBe(before);
    });
  });
});

/** The convolution of images with as many channels as it gives, in double precision. */
function convolved(
  x: Float32Array,
  kernel: Float32Array,
  { n, h, w }: Readonly<Record<'n' | 'h' | 'w', number>>,
  channels: number,
): Float64Array {
  const y = new Float64Array(n * h * w * channels);
  for (let pixel = 0; pixel < n * h * w; pixel++)
    for (let tap = 0; tap < 9; tap++) {
      const row = (Math.floor(pixel / w) % h) + Math.floor(tap / 3) - 1;
      const column = (pixel % w) + (tap % 3) - 1;
      if (row < 0 || row >= h || column < 0 || column >= w) continue;
      const from = (Math.floor(pixel / (h * w)) * h + row) * w + column;
      for (let input = 0; input < channels; input++)
        for (let output = 0; output < channels; output++) {
          const weight = kernel[(tap * channels + input) * channels + output] ?? NaN;
          y[pixel * channels + output] =
            (y[pixel * channels + output] ?? NaN) + (x[from * channels + input] ?? NaN) * weight;
        }
    }
  return y;
}

async function checksumWith(threads: string): Promise<string> {
  const child = fileURLToPath(new URL('kernels-child.ts', import.meta.url));
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads };
  const { stdout } = await promisify(execFile)(process.execPath, [...typescriptArguments, child], { env });
  return stdout.trim();
}
