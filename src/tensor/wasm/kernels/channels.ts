import { advance, blocks, locals, names, readArguments, repeat, repeatWhile } from './wat.js';
import type { Lanes } from './wat.js';

/** An expression of four floats, in terms of the inputs' values at one pixel and some channels. */
type Expression = (value: (input: string) => string) => string;

/** A kernel over images [N, H, W, C] that treats every channel for itself. A unit is an image. */
interface ChannelKernel {
  readonly name: string;
  /** Inputs [N, H, W, C]. */
  readonly images: readonly string[];
  /** Inputs [C]. */
  readonly vectors: readonly string[];
  /** Outputs [N, C]: sums over the pixels of an image. */
  readonly sums: Readonly<Record<string, Expression>>;
  /** Outputs [N, H, W, C]. */
  readonly outputs: Readonly<Record<string, Expression>>;
}

const add = (a: string, b: string): string => `(f32x4.add ${a} ${b})`;
const multiply = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`;
const centred: Expression = (value) => `(f32x4.sub ${value('x')} ${value('mean')})`;

/** Arguments are in the order images, vectors, sums, outputs, then the pixels of an image and the channels. */
const KERNELS: readonly ChannelKernel[] = [
  { name: 'sum', images: ['x'], vectors: [], sums: { total: (value) => value('x') }, outputs: {} },
  {
    name: 'squares',
    images: ['x'],
    vectors: ['mean'],
    sums: { total: (value) => multiply(centred(value), centred(value)) },
    outputs: {},
  },
  {
    name: 'products',
    images: ['dy', 'x'],
    vectors: ['mean'],
    sums: { total: (value) => value('dy'), product: (value) => multiply(value('dy'), centred(value)) },
    outputs: {},
  },
  {
    name: 'affine',
    images: ['x'],
    vectors: ['mean', 'factor', 'term'],
    sums: {},
    outputs: { y: (value) => add(multiply(centred(value), value('factor')), value('term')) },
  },
  {
    name: 'combine',
    images: ['dy', 'x'],
    vectors: ['mean', 'factor', 'centredFactor', 'term'],
    sums: {},
    outputs: {
      dx: (value) =>
        add(
          add(multiply(value('dy'), value('factor')), multiply(centred(value), value('centredFactor'))),
          value('term'),
        ),
    },
  },
  {
    name: 'mask',
    images: ['dy', 'y'],
    vectors: [],
    sums: {},
    outputs: {
      dx: (value) => `(v128.and ${value('dy')} (f32x4.gt ${value('y')} (v128.const i32x4 0 0 0 0)))`,
    },
  },
];

/** Four vectors are one line of the cache. */
const BLOCKS = blocks(16, 4);

function channelKernel(kernel: ChannelKernel): string {
  const perPixel = [...kernel.images, ...Object.keys(kernel.outputs)];
  const order = [
    ...kernel.images,
    ...kernel.vectors,
    ...Object.keys(kernel.sums),
    ...Object.keys(kernel.outputs),
  ];
  const held = [...kernel.images, ...kernel.vectors, ...Object.keys(kernel.sums)];
  return `
(func $${kernel.name} (param $arguments i32) (param $unit i32)
  ${locals('i32', ...order, 'pixels', 'channels', 'c', 'left', 'pitch', ...perPixel.map((name) => `${name}.at`))}
  ${held.map((name) => locals('v128', ...names(`${name}.`, 4))).join(' ')}
  ${readArguments([...order, 'pixels', 'channels'])}
  (local.set $pitch (i32.shl (local.get $channels) (i32.const 2)))
  ${perPixel
    .map((name) =>
      advance(name, '(i32.mul (local.get $unit) (i32.mul (local.get $pixels) (local.get $pitch)))'),
    )
    .join('\n')}
  ${Object.keys(kernel.sums)
    .map((name) => advance(name, '(i32.mul (local.get $unit) (local.get $pitch))'))
    .join('\n')}
  ${BLOCKS.map((lanes) =>
    repeatWhile(
      `block${lanes.width}`,
      `(i32.le_u (i32.add (local.get $c) (i32.const ${lanes.width})) (local.get $channels))`,
      overPixels(kernel, perPixel, lanes),
      ...order.map((name) => advance(name, `(i32.const ${4 * lanes.width})`)),
      advance('c', `(i32.const ${lanes.width})`),
    ),
  ).join('\n')}
)`;
}

/** All pixels of an image for one block of channels. */
function overPixels(
  { images, vectors, sums, outputs }: ChannelKernel,
  perPixel: string[],
  lanes: Lanes,
): string {
  const each = (text: (vector: number) => string): string => repeat(lanes.vectors, text);
  const valueAt = (v: number) => (name: string) => `(local.get $${name}.${v})`;
  const load = (name: string, address: string): string =>
    each((v) => `(local.set $${name}.${v} ${lanes.load(`(local.get $${address})`, v)})`);
  const zero = '(v128.const i32x4 0 0 0 0)';
  return `
    ${vectors.map((name) => load(name, name)).join('\n')}
    ${Object.keys(sums)
      .map((name) => each((v) => `(local.set $${name}.${v} ${zero})`))
      .join('\n')}
    ${perPixel.map((name) => `(local.set $${name}.at (local.get $${name}))`).join('\n')}
    (local.set $left (local.get $pixels))
    ${repeatWhile(
      `pixel${lanes.width}`,
      '(local.get $left)',
      ...images.map((name) => load(name, `${name}.at`)),
      ...Object.entries(sums).map(([name, expression]) =>
        each((v) => `(local.set $${name}.${v} ${add(valueAt(v)(name), expression(valueAt(v)))})`),
      ),
      ...Object.entries(outputs).map(([name, expression]) =>
        each((v) => lanes.store(`(local.get $${name}.at)`, v, expression(valueAt(v)))),
      ),
      ...perPixel.map((name) => advance(`${name}.at`, '(local.get $pitch)')),
      advance('left', '(i32.const -1)'),
    )}
    ${Object.keys(sums)
      .map((name) => each((v) => lanes.store(`(local.get $${name})`, v, valueAt(v)(name))))
      .join('\n')}`;
}

export const channels = KERNELS.map(channelKernel).join('\n');
