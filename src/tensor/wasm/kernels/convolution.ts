import { advance, blocks, locals, names, readArguments, repeat, repeatWhile } from './wat.js';
import type { Lanes } from './wat.js';

/** Output pixels that share each load of the weights. V8 needs a loop this small to keep all sums in registers. */
const PIXELS = 2;

/** Outputs that are computed together: as many blocks as fit of the first size, then of the next. */
const BLOCKS = blocks(16, 4);
export const OUTPUT_BLOCKS = BLOCKS.map(({ width }) => width);

/** Output pixels of a unit. */
export const PIXELS_PER_UNIT = 64;

/**
 * So many outputs at PIXELS pixels: Σ x · weights over `lines` lines of `run` neighbouring values (window columns and
 * channels, which lie side by side in the image as in the kernel).
 */
function tile(lanes: Lanes): string {
  const { width, vectors } = lanes;
  const sum = (pixel: number, vector: number): string => `sum${pixel}.${vector}`;
  const step = `
    ${repeat(vectors, (v) => `(local.set $weight${v} ${lanes.load('(local.get $weights)', v)})`)}
    ${repeat(
      PIXELS,
      (p) => `
      (local.set $value (v128.load32_splat (local.get $x${p})))
      ${repeat(
        vectors,
        (v) => `(local.set $${sum(p, v)} (f32x4.add
          (local.get $${sum(p, v)}) (f32x4.mul (local.get $value) (local.get $weight${v}))))`,
      )}
      ${advance(`x${p}`, '(i32.const 4)')}`,
    )}
    ${advance('weights', `(i32.const ${4 * width})`)}
    ${advance('left', '(i32.const -1)')}`;
  return `
(func $convolve${width}
  ${names('x', PIXELS)
    .map((name) => `(param $${name} i32)`)
    .join(' ')}
  ${names('y', PIXELS)
    .map((name) => `(param $${name} i32)`)
    .join(' ')}
  (param $weights i32) (param $lines i32) (param $run i32) (param $skip i32)
  ${locals('i32', 'left')} ${locals('v128', 'value', ...names('weight', vectors))}
  ${repeat(PIXELS, (p) => locals('v128', ...Array.from({ length: vectors }, (_, v) => sum(p, v))))}
  ${repeatWhile(
    'line',
    '(local.get $lines)',
    '(local.set $left (local.get $run))',
    repeatWhile('value', '(local.get $left)', step),
    repeat(PIXELS, (p) => advance(`x${p}`, '(local.get $skip)')),
    advance('lines', '(i32.const -1)'),
  )}
  ${repeat(PIXELS, (p) => repeat(vectors, (v) => lanes.store(`(local.get $y${p})`, v, `(local.get $${sum(p, v)})`)))}
)`;
}

const PARAMETERS = [
  ...['images', 'kernel', 'output', 'pixels', 'rows', 'columns', 'imagePitch', 'rowPitch', 'pixelPitch'],
  ...['outputs', 'lines', 'run', 'skip'],
];

/**
 * Convolution of padded images [N, H + 2P, W + 2P, I] with the weights [K · K · I, block] of each block of outputs, one
 * block after the other. A unit is PIXELS_PER_UNIT output
 * pixels, counted through all images; where less than PIXELS are left the last one is computed again.
 */
export const convolution = `
${BLOCKS.map(tile).join('\n')}
(func $convolve (param $arguments i32) (param $unit i32)
  ${locals('i32', ...PARAMETERS, 'pixel', 'last', 'row', 'column', 'o', 'weights', 'yPitch')}
  ${locals('i32', ...names('x', PIXELS), ...names('y', PIXELS))}
  ${readArguments(PARAMETERS)}
  (local.set $yPitch (i32.shl (local.get $outputs) (i32.const 2)))
  (local.set $pixel (i32.mul (local.get $unit) (i32.const ${PIXELS_PER_UNIT})))
  (local.set $last (i32.add (local.get $pixel) (i32.const ${PIXELS_PER_UNIT})))
  (if (i32.gt_u (local.get $last) (local.get $pixels)) (then (local.set $last (local.get $pixels))))
  (local.set $column (i32.rem_u (local.get $pixel) (local.get $columns)))
  (local.set $row (i32.rem_u (i32.div_u (local.get $pixel) (local.get $columns)) (local.get $rows)))
  ${advance(
    'images',
    `(i32.add (i32.add
    (i32.mul
      (i32.div_u (local.get $pixel) (i32.mul (local.get $rows) (local.get $columns)))
      (local.get $imagePitch))
    (i32.mul (local.get $row) (local.get $rowPitch)))
    (i32.mul (local.get $column) (local.get $pixelPitch)))`,
  )}
  ${advance('output', '(i32.mul (local.get $pixel) (local.get $yPitch))')}
  ${repeatWhile(
    'pixels',
    '(i32.lt_u (local.get $pixel) (local.get $last))',
    repeat(
      PIXELS,
      (p) => `
      (local.set $x${p} (local.get $images))
      (local.set $y${p} (local.get $output))
      ${advance('pixel', '(i32.const 1)')}
      (if (i32.lt_u (local.get $pixel) (local.get $last)) (then ${nextPixel()}))`,
    ),
    eachOutputBlock(),
  )}
)`;

/** Moves the input and the output address from one output pixel to the next, over the ends of rows and images. */
function nextPixel(): string {
  return `
    ${advance('output', '(local.get $yPitch)')}
    ${advance('images', '(local.get $pixelPitch)')}
    ${advance('column', '(i32.const 1)')}
    (if (i32.eq (local.get $column) (local.get $columns)) (then
      (local.set $column (i32.const 0))
      ${advance('images', '(i32.sub (local.get $rowPitch) (i32.mul (local.get $columns) (local.get $pixelPitch)))')}
      ${advance('row', '(i32.const 1)')}
      (if (i32.eq (local.get $row) (local.get $rows)) (then
        (local.set $row (i32.const 0))
        ${advance('images', '(i32.sub (local.get $imagePitch) (i32.mul (local.get $rows) (local.get $rowPitch)))')}))))`;
}

function eachOutputBlock(): string {
  const block = ({ width }: Lanes): string =>
    repeatWhile(
      `block${width}`,
      `(i32.le_u (i32.add (local.get $o) (i32.const ${width})) (local.get $outputs))`,
      `(call $convolve${width}
        ${repeat(PIXELS, (p) => `(local.get $x${p})`)}
        ${repeat(PIXELS, (p) => `(local.get $y${p})`)}
        (local.get $weights) (local.get $lines) (local.get $run) (local.get $skip))`,
      repeat(PIXELS, (p) => advance(`y${p}`, `(i32.const ${4 * width})`)),
      advance('weights', `(i32.mul (i32.mul (local.get $lines) (local.get $run)) (i32.const ${4 * width}))`),
      advance('o', `(i32.const ${width})`),
    );
  return `
    (local.set $o (i32.const 0))
    (local.set $weights (local.get $kernel))
    ${BLOCKS.map(block).join('\n')}`;
}
