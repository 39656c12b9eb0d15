import { advance, blocks, locals, names, readArguments, repeat, repeatWhile } from './wat.js';
import type { Lanes } from './wat.js';

/** Rows of the gradient (window columns and input channels) that share each load of dy. */
const TILE_ROWS = 4;

/** Rows of the gradient in a unit: all of dy is read for each unit, so several are done with what the cache holds. */
export const ROWS_PER_UNIT = 24;

/** Output pixels whose x and dy should stay in the nearest cache while all rows of a unit are done. */
const PIXELS_PER_BLOCK = 64;

const PARAMETERS = [
  ...['images', 'dy', 'gradient', 'imageRows', 'rows', 'columns', 'imagePitch', 'rowPitch', 'pixelPitch'],
  ...['outputs', 'run', 'linePitch', 'rowGap', 'imageGap'],
];
const GEOMETRY = ['rows', 'columns', 'pixelPitch', 'outputs', 'rowGap', 'imageGap'];

/**
 * gradient[row, o] += Σ x[pixel, row] · dy[pixel, o] over the pixels of so many image rows, the first of which is
 * `imageRow` of its image, for `height` neighbouring rows of the gradient. The block's sum is taken for itself first,
 * which keeps more of its digits.
 */
function tile(height: number, lanes: Lanes): string {
  const { vectors, width } = lanes;
  const sum = (row: number, vector: number): string => `sum${row}.${vector}`;
  return `
(func $gradient${height}x${width}
  (param $arguments i32) (param $x i32) (param $dy i32) (param $gradient i32) (param $count i32) (param $imageRow i32)
  ${locals('i32', ...GEOMETRY, 'left', 'dyPitch')}
  ${locals('v128', 'value', ...names('dy', vectors))}
  ${repeat(height, (r) => locals('v128', ...Array.from({ length: vectors }, (_, v) => sum(r, v))))}
  ${readArguments(PARAMETERS, GEOMETRY)}
  (local.set $dyPitch (i32.shl (local.get $outputs) (i32.const 2)))
  ${repeatWhile(
    'row',
    '(local.get $count)',
    '(local.set $left (local.get $columns))',
    repeatWhile(
      'pixel',
      '(local.get $left)',
      repeat(vectors, (v) => `(local.set $dy${v} ${lanes.load('(local.get $dy)', v)})`),
      repeat(
        height,
        (r) => `
        (local.set $value (v128.load32_splat offset=${4 * r} (local.get $x)))
        ${repeat(
          vectors,
          (v) => `(local.set $${sum(r, v)} (f32x4.add
            (local.get $${sum(r, v)}) (f32x4.mul (local.get $value) (local.get $dy${v}))))`,
        )}`,
      ),
      advance('x', '(local.get $pixelPitch)'),
      advance('dy', '(local.get $dyPitch)'),
      advance('left', '(i32.const -1)'),
    ),
    advance('x', '(local.get $rowGap)'),
    advance('imageRow', '(i32.const 1)'),
    `(if (i32.eq (local.get $imageRow) (local.get $rows)) (then
      (local.set $imageRow (i32.const 0))
      ${advance('x', '(local.get $imageGap)')}))`,
    advance('count', '(i32.const -1)'),
  )}
  ${repeat(
    height,
    (r) => `
    ${repeat(vectors, (v) => {
      const earlier = lanes.load('(local.get $gradient)', v);
      return lanes.store('(local.get $gradient)', v, `(f32x4.add ${earlier} (local.get $${sum(r, v)}))`);
    })}
    ${advance('gradient', '(local.get $dyPitch)')}`,
  )}
)`;
}

const HEIGHTS = [TILE_ROWS, 1];
const WIDTHS = blocks(8, 4);

/**
 * Gradient [K, K, I, O] of a convolution's kernel, from padded images [N, H + 2P, W + 2P, I] and dy [N, H', W', O].
 * A unit is ROWS_PER_UNIT of the K · I rows of one line of the window: neighbouring values in the image.
 */
export const kernelGradient = `
${HEIGHTS.map((height) => WIDTHS.map((lanes) => tile(height, lanes)).join('\n')).join('\n')}
(func $kernelGradient (param $arguments i32) (param $unit i32)
  ${locals('i32', ...PARAMETERS, 'groups', 'line', 'first', 'count', 'bytes', 'row', 'lastRow', 'rowsPerBlock')}
  ${locals('i32', 'x', 'g', 'o', 'r')}
  ${readArguments(PARAMETERS)}
  (local.set $groups (i32.div_u
    (i32.add (local.get $run) (i32.const ${ROWS_PER_UNIT - 1})) (i32.const ${ROWS_PER_UNIT})))
  (local.set $line (i32.div_u (local.get $unit) (local.get $groups)))
  (local.set $first (i32.mul
    (i32.rem_u (local.get $unit) (local.get $groups)) (i32.const ${ROWS_PER_UNIT})))
  (local.set $count (i32.sub (local.get $run) (local.get $first)))
  (if (i32.gt_u (local.get $count) (i32.const ${ROWS_PER_UNIT}))
    (then (local.set $count (i32.const ${ROWS_PER_UNIT}))))
  (local.set $bytes (i32.shl (local.get $outputs) (i32.const 2)))
  ${advance(
    'gradient',
    `(i32.mul
    (i32.add (i32.mul (local.get $line) (local.get $run)) (local.get $first))
    (local.get $bytes))`,
  )}
  ${advance(
    'images',
    `(i32.add
    (i32.mul (local.get $line) (local.get $linePitch))
    (i32.shl (local.get $first) (i32.const 2)))`,
  )}
  (memory.fill (local.get $gradient) (i32.const 0) (i32.mul (local.get $count) (local.get $bytes)))
  (local.set $rowsPerBlock (i32.add
    (i32.div_u (i32.const ${PIXELS_PER_BLOCK - 1}) (local.get $columns)) (i32.const 1)))
  ${repeatWhile(
    'block',
    '(i32.lt_u (local.get $row) (local.get $imageRows))',
    `(local.set $lastRow (i32.add (local.get $row) (local.get $rowsPerBlock)))
    (if (i32.gt_u (local.get $lastRow) (local.get $imageRows))
      (then (local.set $lastRow (local.get $imageRows))))
    (local.set $x (i32.add (local.get $images) (i32.add
      (i32.mul (i32.div_u (local.get $row) (local.get $rows)) (local.get $imagePitch))
      (i32.mul (i32.rem_u (local.get $row) (local.get $rows)) (local.get $rowPitch)))))
    (local.set $g (local.get $gradient))
    (local.set $r (i32.const 0))`,
    ...HEIGHTS.map(eachTileOfHeight),
    advance(
      'dy',
      `(i32.mul
      (i32.mul (i32.sub (local.get $lastRow) (local.get $row)) (local.get $columns))
      (local.get $bytes))`,
    ),
    '(local.set $row (local.get $lastRow))',
  )}
)`;

function eachTileOfHeight(height: number): string {
  const across = ({ width }: Lanes): string =>
    repeatWhile(
      `tile${height}x${width}`,
      `(i32.le_u (i32.add (local.get $o) (i32.const ${width})) (local.get $outputs))`,
      `(call $gradient${height}x${width}
        (local.get $arguments)
        (local.get $x)
        (i32.add (local.get $dy) (i32.shl (local.get $o) (i32.const 2)))
        (i32.add (local.get $g) (i32.shl (local.get $o) (i32.const 2)))
        (i32.sub (local.get $lastRow) (local.get $row))
        (i32.rem_u (local.get $row) (local.get $rows)))`,
      advance('o', `(i32.const ${width})`),
    );
  return repeatWhile(
    `rows${height}`,
    `(i32.le_u (i32.add (local.get $r) (i32.const ${height})) (local.get $count))`,
    '(local.set $o (i32.const 0))',
    ...WIDTHS.map(across),
    advance('x', `(i32.const ${4 * height})`),
    advance('g', `(i32.mul (i32.const ${height}) (local.get $bytes))`),
    advance('r', `(i32.const ${height})`),
  );
}
