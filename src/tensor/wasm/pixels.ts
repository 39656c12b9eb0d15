import type { Tensor } from '../engine.js';
import { dimensions4 } from '../shapes.js';
import type { Runtime } from './runtime.js';

/** Every second pixel of x [N, H, W, C], with zeros on either side of its channels → [N, H/2, W/2, channels]. */
export function subsample(runtime: Runtime, x: Tensor, channels: number): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const [rows, columns] = [Math.ceil(h / 2), Math.ceil(w / 2)];
  const y = runtime.allocate([n, rows, columns, channels]);
  const [from, to] = [runtime.floats(x), runtime.floats(y).fill(0)];
  eachSecondPixel(x, y, (large, small) => {
    const start = small * channels + (channels - c) / 2;
    to.set(from.subarray(large * c, (large + 1) * c), start);
  });
  return y;
}

/** The gradient of {@link subsample}: dy [N, H/2, W/2, channels] → [N, H, W, C]. */
export function subsampleGradient(runtime: Runtime, dy: Tensor, x: Tensor): Tensor {
  const [, , , c] = dimensions4(x);
  const channels = dy.shape.at(-1) ?? c;
  const dx = runtime.allocate(x.shape);
  const [from, to] = [runtime.floats(dy), runtime.floats(dx).fill(0)];
  eachSecondPixel(x, dy, (large, small) => {
    const start = small * channels + (channels - c) / 2;
    to.set(from.subarray(start, start + c), large * c);
  });
  return dx;
}

/** dy [N, C] over the number of pixels, at every pixel: [N, H, W, C]. */
export function globalAveragePoolGradient(runtime: Runtime, dy: Tensor, x: Tensor): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const dx = runtime.allocate(x.shape);
  const [from, to] = [runtime.floats(dy), runtime.floats(dx)];
  for (let image = 0; image < n; image++) {
    const pixel = from.slice(image * c, (image + 1) * c).map((value) => value / (h * w));
    for (let p = 0; p < h * w; p++) to.set(pixel, (image * h * w + p) * c);
  }
  return dx;
}

/**
 * dy [N, H/2, W/2, C] where x [N, H, W, C] first equals the largest value y of its 2 × 2 window in row order, else 0.
 */
export function maxPoolGradient(runtime: Runtime, dy: Tensor, x: Tensor, y: Tensor): Tensor {
  const [, , w, c] = dimensions4(x);
  const dx = runtime.allocate(x.shape);
  const [gradients, values, largest] = [runtime.floats(dy), runtime.floats(x), runtime.floats(y)];
  const to = runtime.floats(dx).fill(0);
  const window = [0, c, w * c, w * c + c];
  eachSecondPixel(x, dy, (large, small) => {
    for (let channel = 0; channel < c; channel++) {
      const pooled = small * c + channel;
      const at = window.find((offset) => values[large * c + channel + offset] === largest[pooled]);
      if (at !== undefined) to[large * c + channel + at] = gradients[pooled] ?? NaN;
    }
  });
  return dx;
}

/**
 * Calls back with the number of each pixel of `small` images [N, H', W', …], and that of the pixel at twice its row
 * and column in `large` ones [N, H, W, …].
 */
function eachSecondPixel(large: Tensor, small: Tensor, visit: (large: number, small: number) => void): void {
  const [n, rows, columns] = dimensions4(small);
  const [, h, w] = dimensions4(large);
  for (let line = 0; line < n * rows; line++) {
    const above = Math.floor(line / rows) * h + 2 * (line % rows);
    for (let column = 0; column < columns; column++) {
      visit(above * w + 2 * column, line * columns + column);
    }
  }
}
