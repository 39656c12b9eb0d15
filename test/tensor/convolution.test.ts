import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { partsOf } from '../support/parts.js';
import { tensorOf } from '../support/values.js';

const ONE_TO_NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const ONE_TO_SIXTEEN = [...ONE_TO_NINE, 10, 11, 12, 13, 14, 15, 16];
const HALVING = { stride: 2, padding: 1 };

onEveryBackend((engine) => {
  const image = () => tensorOf(engine(), [1, 4, 4, 1], ...ONE_TO_SIXTEEN);
  const kernel = () => tensorOf(engine(), [3, 3, 1, 1], ...ONE_TO_NINE);

  describe('conv2d', () => {
    it('sums over input channels with a kernel in HWIO order, zeros outside the image', async () => {
      const pixel = tensorOf(engine(), [1, 1, 1, 2], 2, 3);
      // Only the middle of the kernel, [[1, 10], [100, 1000]] from inputs to outputs, meets the one pixel.
      const weights = [...Array<number>(16).fill(7), 1, 10, 100, 1000, ...Array<number>(16).fill(7)];
      const y = partsOf(engine()).conv2d(pixel, tensorOf(engine(), [3, 3, 2, 2], ...weights), {
        stride: 1,
        padding: 1,
      });
      expect(y.shape).toEqual([1, 1, 1, 2]);
      expectClose(await engine().read(y), [2 + 300, 20 + 3000]);
    });

    it('with stride 2 starts at the first pixel: one pixel of padding on each side', async () => {
      const middle = tensorOf(engine(), [3, 3, 1, 1], 0, 0, 0, 0, 1, 0, 0, 0, 0);
      const y = partsOf(engine()).conv2d(image(), middle, HALVING);
      expect(y.shape).toEqual([1, 2, 2, 1]);
      // TensorFlow's SAME would pad below and to the right alone, and take 6, 8, 14, 16.
      expectClose(await engine().read(y), [1, 3, 9, 11]);
    });

    it('correlates, without flipping the kernel', async () => {
      // Row by row, for example the last: 6·1 + 7·2 + 8·3 + 10·4 + 11·5 + 12·6 + 14·7 + 15·8 + 16·9 = 573.
      const y = partsOf(engine()).conv2d(image(), kernel(), HALVING);
      expectClose(await engine().read(y), [111, 217, 363, 573]);
    });

    it('without padding shrinks the image', async () => {
      const y = partsOf(engine()).conv2d(image(), kernel(), { stride: 1, padding: 0 });
      expect(y.shape).toEqual([1, 2, 2, 1]);
      expectClose(await engine().read(y), [348, 393, 528, 573]);
    });
  });

  it('conv2dInputGradient spreads dy over the window that each output saw', async () => {
    const dy = tensorOf(engine(), [1, 2, 2, 1], 1, 0, 0, 2);
    const dx = partsOf(engine()).conv2dInputGradient(dy, kernel(), image(), HALVING);
    expect(dx.shape).toEqual([1, 4, 4, 1]);
    // The first output saw the lower right of the kernel at the corner; the last saw all of it, one pixel in.
    expectClose(await engine().read(dx), [5, 6, 0, 0, 8, 9 + 2, 4, 6, 0, 8, 10, 12, 0, 14, 16, 18]);
  });

  it('conv2dKernelGradient adds the windows weighted by dy', async () => {
    const dy = tensorOf(engine(), [1, 2, 2, 1], 1, 0, 0, 1);
    const gradient = partsOf(engine()).conv2dKernelGradient(dy, kernel(), image(), HALVING);
    expect(gradient.shape).toEqual([3, 3, 1, 1]);
    // Window of the first output: 0 0 0, 0 1 2, 0 5 6; of the last: 6 7 8, 10 11 12, 14 15 16.
    expectClose(await engine().read(gradient), [6, 7, 8, 10, 12, 14, 14, 20, 22]);
  });
});
