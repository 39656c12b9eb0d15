import type { Tensor } from '../engine.js';
import type { Kernel, Programs } from './program.js';

/** Elements of the product that an invocation computes: 4 × 4. */
const PER_INVOCATION = 16;
/** How many terms of each sum a group holds in its memory at a time. */
const DEPTH = 16;

/**
 * A product of two matrices whose elements are fetched from wherever they lie, so that a convolution is one without
 * its windows ever being written down.
 */
export interface Product extends Pick<Kernel, 'name' | 'inputs' | 'sizes'> {
  readonly output: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Terms of each sum. */
  readonly depth: number;
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
  /** An expression of `at`, the place in the output, and `column`, that is added; default: 0. */
  readonly addend?: string;
}

/**
 * A tile of rows × columns is one group's. It keeps a piece of both matrices in workgroup memory, and each invocation
 * sums up a block of 4 × 4 in registers.
 */
export function multiply(programs: Programs, product: Product): Tensor {
  const { name, inputs, output, rows, columns, depth, parts = 1, sizes } = product;
  const { tileRows, tileColumns } = tileOf(columns);
  const down = Math.ceil(rows / tileRows);
  const across = Math.ceil(columns / tileColumns);
  return programs.runOne({
    name,
    inputs,
    outputs: [output],
    sizes: { ...sizes, TILE_ROWS: tileRows, TILE_COLUMNS: tileColumns, DEPTH },
    counts: {
      ...{ rows, columns, depth, parts, down, across },
      steps: Math.ceil(Math.ceil(depth / parts) / DEPTH),
    },
    workgroups: down * across * parts,
    workgroupSize: (tileRows * tileColumns) / PER_INVOCATION,
    text: textOf(product),
  });
}

/** How many groups a product without parts has. */
export function tiles(rows: number, columns: number): number {
  const { tileRows, tileColumns } = tileOf(columns);
  return Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns);
}

/** Narrow products get narrow tiles, so that no invocation computes nothing. */
function tileOf(columns: number): { readonly tileRows: number; readonly tileColumns: number } {
  if (columns <= 16) return { tileRows: 128, tileColumns: 16 };
  if (columns <= 32) return { tileRows: 64, tileColumns: 32 };
  return { tileRows: 64, tileColumns: 64 };
}

/** Each invocation fetches vectors of four rows, and of four columns, of one term. */
function loading({ leftIsByRow, rightIsByRow }: Product): string {
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

function textOf(product: Product): string {
  const { left, right, addend = '0.0' } = product;
  return `
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
      let part = group / (uniforms.down * uniforms.across);
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

      // There may be more groups than parts.
      if (part < uniforms.parts) {
        let sums = array<vec4<f32>, 4>(first, second, third, fourth);
        for (var place = 0u; place < 16u; place++) {
          let r = firstRow + 4u * row + place / 4u;
          store(part, r, firstColumn + 4u * column + place % 4u, sums[place / 4u][place % 4u]);
        }
      }
    }

    fn store(part : u32, row : u32, column : u32, sum : f32) {
      if (row >= uniforms.rows || column >= uniforms.columns) { return; }
      let at = (part * uniforms.rows + row) * uniforms.columns + column;
      result[at] = sum + ${addend};
    }`;
}
