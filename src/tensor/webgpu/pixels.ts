import type { Tensor } from '../engine.js';
import { dimensions4 } from '../shapes.js';
import { runEach } from './elements.js';
import type { Programs } from './program.js';

/**
 * dy [N, H/2, W/2, C] where x [N, H, W, C] first equals the largest value y of its 2 × 2 window in row order, else 0.
 */
export function maxPoolGradient(programs: Programs, dy: Tensor, x: Tensor, y: Tensor): Tensor {
  const [, h, w, c] = dimensions4(x);
  const [, rows, columns] = dimensions4(y);
  return runEach(programs, {
    name: 'max-pool gradient',
    inputs: { dy, x, y },
    output: x.shape,
    sizes: { H: h, W: w, C: c, ROWS: rows, COLUMNS: columns },
    text: `
      fn value(at : u32) -> f32 {
        let column = at / C % W;
        let row = at / (C * W) % H;
        if (row / 2u >= ROWS || column / 2u >= COLUMNS) { return 0.0; }
        let pooled = ((at / (C * W * H) * ROWS + row / 2u) * COLUMNS + column / 2u) * C + at % C;
        let first = at - (row % 2u * W + column % 2u) * C;
        let largest = y[pooled];
        for (var window = 0u; window < 4u; window++) {
          let other = first + (window / 2u * W + window % 2u) * C;
          if (x[other] == largest) { return select(0.0, dy[pooled], other == at); }
        }
        return 0.0;
      }`,
  });
}

/** Every second pixel of x [N, H, W, C], with zeros on either side of its channels → [N, H/2, W/2, channels]. */
export function subsample(programs: Programs, x: Tensor, channels: number): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const [rows, columns] = [Math.ceil(h / 2), Math.ceil(w / 2)];
  return runEach(programs, {
    name: 'subsample',
    inputs: { x },
    output: [n, rows, columns, channels],
    sizes: { H: h, W: w, C: c, ROWS: rows, COLUMNS: columns, CHANNELS: channels },
    text: `
      fn value(at : u32) -> f32 {
        // Wraps where it is negative.
        let channel = at % CHANNELS - (CHANNELS - C) / 2u;
        if (channel >= C) { return 0.0; }
        let column = at / CHANNELS % COLUMNS;
        let row = at / (CHANNELS * COLUMNS) % ROWS;
        let image = at / (CHANNELS * COLUMNS * ROWS);
        return x[((image * H + 2u * row) * W + 2u * column) * C + channel];
      }`,
  });
}

/** The gradient of {@link subsample}: dy [N, H/2, W/2, channels] → [N, H, W, C]. */
export function subsampleGradient(programs: Programs, dy: Tensor, x: Tensor): Tensor {
  const [, h, w, c] = dimensions4(x);
  const [, rows, columns, channels] = dimensions4(dy);
  return runEach(programs, {
    name: 'subsample gradient',
    inputs: { dy },
    output: x.shape,
    sizes: { H: h, W: w, C: c, ROWS: rows, COLUMNS: columns, CHANNELS: channels },
    text: `
      fn value(at : u32) -> f32 {
        let column = at / C % W;
        let row = at / (C * W) % H;
        if (row % 2u == 1u || column % 2u == 1u) { return 0.0; }
        let image = at / (C * W * H);
        let pixel = (image * ROWS + row / 2u) * COLUMNS + column / 2u;
        return dy[pixel * CHANNELS + (CHANNELS - C) / 2u + at % C];
      }`,
  });
}

/** Mean over the pixels: [N, H, W, C] → [N, C]. */
export function globalAveragePool(programs: Programs, x: Tensor): Tensor {
  const [n, h, w, c] = dimensions4(x);
  return runEach(programs, {
    name: 'average pool',
    inputs: { x },
    output: [n, c],
    sizes: { PIXELS: h * w, C: c },
    text: `
      fn value(at : u32) -> f32 {
        var sum = 0.0;
        for (var pixel = 0u; pixel < PIXELS; pixel++) { sum += x[(at / C * PIXELS + pixel) * C + at % C]; }
        return sum / f32(PIXELS);
      }`,
  });
}

/** dy [N, C] over the number of pixels, at every pixel: [N, H, W, C]. */
export function globalAveragePoolGradient(programs: Programs, dy: Tensor, x: Tensor): Tensor {
  const [, h, w, c] = dimensions4(x);
  return runEach(programs, {
    name: 'average pool gradient',
    inputs: { dy },
    output: x.shape,
    sizes: { PIXELS: h * w, C: c },
    text: `
      fn value(at : u32) -> f32 {
        return dy[at / (C * PIXELS) * C + at % C] / f32(PIXELS);
      }`,
  });
}
