import { advance, locals, readArguments, repeatWhile } from './wat.js';

const PARAMETERS = [
  ...['from', 'to', 'rows', 'columns', 'pixelBytes', 'toImageBytes'],
  ...['first', 'toRowPitch', 'toPixelPitch'],
];

/**
 * Images [N, H, W, C] into larger ones of zeros: pixel (y, x) goes to first + y · toRowPitch + x · toPixelPitch bytes.
 * Serves for padding, and for the zeros between the pixels of dy that a stride calls for. A unit is an image.
 */
export const pad = `
(func $pad (param $arguments i32) (param $unit i32)
  ${locals('i32', ...PARAMETERS, 'rowBytes', 'left', 'target')}
  ${readArguments(PARAMETERS)}
  (local.set $rowBytes (i32.mul (local.get $columns) (local.get $pixelBytes)))
  ${advance('from', '(i32.mul (local.get $unit) (i32.mul (local.get $rows) (local.get $rowBytes)))')}
  ${advance('to', '(i32.mul (local.get $unit) (local.get $toImageBytes))')}
  (memory.fill (local.get $to) (i32.const 0) (local.get $toImageBytes))
  ${advance('to', '(local.get $first)')}
  ${repeatWhile(
    'row',
    '(local.get $rows)',
    `(if (i32.eq (local.get $pixelBytes) (local.get $toPixelPitch))
      (then
        (memory.copy (local.get $to) (local.get $from) (local.get $rowBytes))
        ${advance('from', '(local.get $rowBytes)')})
      (else
        (local.set $left (local.get $columns))
        (local.set $target (local.get $to))
        ${repeatWhile(
          'pixel',
          '(local.get $left)',
          '(memory.copy (local.get $target) (local.get $from) (local.get $pixelBytes))',
          advance('from', '(local.get $pixelBytes)'),
          advance('target', '(local.get $toPixelPitch)'),
          advance('left', '(i32.const -1)'),
        )}))`,
    advance('to', '(local.get $toRowPitch)'),
    advance('rows', '(i32.const -1)'),
  )}
)`;
