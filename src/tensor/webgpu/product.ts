import type * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import type { Kernel, Programs } from './program.js';
import { addParts } from './sums.js';

/** Elements of the product that an invocation computes: 4 × 4. */
const PER_INVOCATION = 16;
/** How many terms of each sum a group holds in its memory at a time. */
const DEPTH = 16;
/** Groups that keep a large GPU busy. */
const ENOUGH_GROUPS = 512;
/** Terms that are worth a part of their own. */
const TERMS_PER_PART = 256;

/**
 * A product of two matrices whose elements are fetched from wherever they lie, so that a convolution is one without
 * its windows ever being written down.
 */
export interface Product extends Pick<Kernel, 'name' | 'inputs' | 'sizes' | 'counts' | 'numbers'> {
  readonly output: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Terms of each sum. */
  readonly depth: number;
  /** Products of these sizes, one after the other in the output; default: 1. The texts know which one it is: `batch`. */
  readonly batches?: number;
  /** Pieces of the sums, one after the other in the output; default: 1. Of each a group computes its own tiles. */
  readonly parts?: number;
  /** `fn left(row : u32, k : u32) -> f32`, asked only for what lies inside. */
  readonly left: string;
  /** `fn right(k : u32, column : u32) -> f32`, asked only for what lies inside. */
  readonly right: string;
  /** Whether elements that follow each other in memory are those of the same row of the left matrix, not column. */
  readonly leftIsByRow: boolean;
  /** The same of the right matrix. */
  readonly rightIsByRow: boolean;
  /** What is done with a `sum`, that of `row` and `column`, whose place in the output is `at`; default: it is written. */
  readonly write?: string;
}

/**
 * A tile of rows × columns is one group's. It keeps a piece of both matrices in workgroup memory, and each invocation
 * sums up a block of 4 × 4 in registers.
 */
export function multiply(programs: Programs, product: Product): Tensor {
  return programs.runOne({ ...kernelOf(product), outputs: [product.output] });
}

/**
 * The same for few sums of many terms, such as a gradient's over all rows. The terms are shared out to as many groups as
 * keep a GPU busy; whose sums are added is a matter of shapes alone.
 */
export function multiplyDeep(programs: Programs, product: Omit<Product, 'parts' | 'write'>): Tensor {
  const { rows, columns, depth, output } = product;
  const { tileRows, tileColumns } = tileOf(columns);
  const tiles = Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns);
  const wanted = Math.min(Math.ceil(ENOUGH_GROUPS / tiles), Math.floor(depth / TERMS_PER_PART));
  if (wanted <= 1) return multiply(programs, product);
  const sums = multiply(programs, { ...product, output: [wanted, rows * columns], parts: wanted });
  return addParts(programs, sums, output);
}

/** The same for what writes a second tensor of that shape. */
export function multiplyTwice(programs: Programs, product: Product): [Tensor, Tensor] {
  const { output } = product;
  const [first, second] = programs.run({ ...kernelOf(product), outputs: [output, output] });
  if (!first || !second) throw new Error(`${product.name} gave too little`);
  return [first, second];
}

/** The same into a part of a tensor that is there. */
export function multiplyInto(
  programs: Programs,
  output: tf.TensorInfo,
  product: Omit<Product, 'output'>,
): void {
  programs.runInto(output, kernelOf(product));
}

function kernelOf(product: Omit<Product, 'output'>): Omit<Kernel, 'outputs'> {
  const { name, inputs, rows, columns, depth, batches = 1, parts = 1, sizes, numbers } = product;
  const { tileRows, tileColumns } = tileOf(columns);
  const down = Math.ceil(rows / tileRows);
  const across = Math.ceil(columns / tileColumns);
  return {
    name,
    inputs,
    sizes: { ...sizes, TILE_ROWS: tileRows, TILE_COLUMNS: tileColumns, DEPTH },
    counts: {
      ...product.counts,
      ...{ rows, columns, depth, batches, parts, down, across },
      steps: Math.ceil(Math.ceil(depth / parts) / DEPTH),
    },
    ...(numbers && { numbers }),
    workgroups: down * across * parts * batches,
    workgroupSize: (tileRows * tileColumns) / PER_INVOCATION,
    text: textOf(product),
  };
}

/** Narrow products get narrow tiles, so that no invocation computes nothing. */
function tileOf(columns: number): { readonly tileRows: number; readonly tileColumns: number } {
  if (columns <= 16) return { tileRows: 128, tileColumns: 16 };
  if (columns <= 32) return { tileRows: 64, tileColumns: 32 };
  return { tileRows: 64, tileColumns: 64 };
}

/** Each invocation fetches vectors of four rows, and of four columns, of one term. */
function loading({ leftIsByRow, rightIsByRow }: Pick<Product, 'leftIsByRow' | 'rightIsByRow'>): string {
  return `
    fn load(local : u32, firstRow : u32, firstColumn : u32, start : u32, end : u32) {
      for (var at = local; at < DEPTH * DOWN; at += WORKGROUP) {
        ${leftIsByRow ? 'let k = at % DEPTH; let four = at / DEPTH;' : 'let k = at / DOWN; let four = at % DOWN;'}
        let depth = start + k;
        let row = firstRow + 4u * four;
        var elements = vec4<f32>();
        if (depth < end && row < uniforms.rows) {
          let last = uniforms.rows - 1u;
          elements = vec4<f32>(
            left(row, depth),
            left(min(row + 1u, last), depth),
            left(min(row + 2u, last), depth),
            left(min(row + 3u, last), depth),
          );
        }
        lefts[k * (DOWN + 1u) + four] = elements;
      }
      for (var at = local; at < DEPTH * ACROSS; at += WORKGROUP) {
        ${rightIsByRow ? 'let k = at / ACROSS; let four = at % ACROSS;' : 'let k = at % DEPTH; let four = at / DEPTH;'}
        let depth = start + k;
        let column = firstColumn + 4u * four;
        var elements = vec4<f32>();
        if (depth < end && column < uniforms.columns) {
          let last = uniforms.columns - 1u;
          elements = vec4<f32>(
            right(depth, column),
            right(depth, min(column + 1u, last)),
            right(depth, min(column + 2u, last)),
            right(depth, min(column + 3u, last)),
          );
        }
        rights[k * (ACROSS + 1u) + four] = elements;
      }
    }`;
}

function textOf(product: Omit<Product, 'output'>): string {
  const { left, right, write = 'result[at] = sum;' } = product;
  return `
    var<private> batch : u32;
    // Vectors of a line of the tile. One more lies between lines: those that follow each other begin in other banks.
    const DOWN : u32 = TILE_ROWS / 4u;
    const ACROSS : u32 = TILE_COLUMNS / 4u;
    var<workgroup> lefts : array<vec4<f32>, DEPTH * (DOWN + 1u)>;
    var<workgroup> rights : array<vec4<f32>, DEPTH * (ACROSS + 1u)>;
    ${left}
    ${right}
${loading(product)}

    fn kernel(index : u32) {
      let group = index / WORKGROUP;
      let local = index % WORKGROUP;
      let whole = group / (uniforms.down * uniforms.across);
      let part = whole % uniforms.parts;
      batch = whole / uniforms.parts;
      let firstRow = group / uniforms.across % uniforms.down * TILE_ROWS;
      let firstColumn = group % uniforms.across * TILE_COLUMNS;
      let start = part * uniforms.steps * DEPTH;
      let end = min(start + uniforms.steps * DEPTH, uniforms.depth);
      let row = local / ACROSS;
      let column = local % ACROSS;
      var first = vec4<f32>();
      var second = vec4<f32>();
      var third = vec4<f32>();
      var fourth = vec4<f32>();

      for (var step = 0u; step < uniforms.steps; step++) {
        load(local, firstRow, firstColumn, start + step * DEPTH, end);
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
          let down = lefts[k * (DOWN + 1u) + row];
          let across = rights[k * (ACROSS + 1u) + column];
          first += down.x * across;
          second += down.y * across;
          third += down.z * across;
          fourth += down.w * across;
        }
        workgroupBarrier();
      }

      // There may be more groups than products.
      if (batch < uniforms.batches) {
        let sums = array<vec4<f32>, 4>(first, second, third, fourth);
        for (var place = 0u; place < 16u; place++) {
          let r = firstRow + 4u * row + place / 4u;
          store(whole, r, firstColumn + 4u * column + place % 4u, sums[place / 4u][place % 4u]);
        }
      }
    }

    fn store(whole : u32, row : u32, column : u32, sum : f32) {
      if (row >= uniforms.rows || column >= uniforms.columns) { return; }
      let at = (whole * uniforms.rows + row) * uniforms.columns + column;
      ${write}
    }`;
}
