import type { Tensor } from '../engine.js';
import type { Kernel, Programs } from './program.js';

/** Rows and columns of the product that an invocation computes. */
const PER_INVOCATION = 4;
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
  const [result] = programs.run({
    name,
    inputs,
    outputs: [output],
    sizes: { ...sizes, TILE_ROWS: tileRows, TILE_COLUMNS: tileColumns, DEPTH },
    counts: {
      ...{ rows, columns, depth, parts, down, across },
      steps: Math.ceil(Math.ceil(depth / parts) / DEPTH),
    },
    workgroups: down * across * parts,
    workgroupSize: (tileRows / PER_INVOCATION) * (tileColumns / PER_INVOCATION),
    text: textOf(product),
  });
  if (result === undefined) throw new Error(`${name} gave nothing`);
  return result;
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

function loading({ leftIsByRow, rightIsByRow }: Product): string {
  const leftPlace = leftIsByRow
    ? 'let k = at % DEPTH; let r = at / DEPTH;'
    : 'let k = at / TILE_ROWS; let r = at % TILE_ROWS;';
  const rightPlace = rightIsByRow
    ? 'let k = at / TILE_COLUMNS; let c = at % TILE_COLUMNS;'
    : 'let k = at % DEPTH; let c = at / DEPTH;';
  return `
    fn load(local : u32, firstRow : u32, firstColumn : u32, start : u32, end : u32) {
      for (var at = local; at < DEPTH * TILE_ROWS; at += WORKGROUP) {
        ${leftPlace}
        let depth = start + k;
        var element = 0.0;
        if (depth < end && firstRow + r < uniforms.rows) { element = left(firstRow + r, depth); }
        lefts[k * LINE + r] = element;
      }
      for (var at = local; at < DEPTH * TILE_COLUMNS; at += WORKGROUP) {
        ${rightPlace}
        let depth = start + k;
        var element = 0.0;
        if (depth < end && firstColumn + c < uniforms.columns) { element = right(depth, firstColumn + c); }
        rights[k * (TILE_COLUMNS + 1u) + c] = element;
      }
    }`;
}

function textOf(product: Product): string {
  const { left, right, addend = '0.0' } = product;
  return `
    // A line more than there are rows: lines that follow each other begin in different banks.
    const LINE : u32 = TILE_ROWS + 1u;
    var<workgroup> lefts : array<f32, DEPTH * LINE>;
    var<workgroup> rights : array<f32, DEPTH * (TILE_COLUMNS + 1u)>;
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
      let row = local / (TILE_COLUMNS / 4u) * 4u;
      let column = local % (TILE_COLUMNS / 4u) * 4u;
      var first = vec4<f32>();
      var second = vec4<f32>();
      var third = vec4<f32>();
      var fourth = vec4<f32>();

      for (var step = 0u; step < uniforms.steps; step++) {
        load(local, firstRow, firstColumn, start + step * DEPTH, end);
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
          let r = k * LINE + row;
          let c = k * (TILE_COLUMNS + 1u) + column;
          let elements = vec4<f32>(rights[c], rights[c + 1u], rights[c + 2u], rights[c + 3u]);
          first += lefts[r] * elements;
          second += lefts[r + 1u] * elements;
          third += lefts[r + 2u] * elements;
          fourth += lefts[r + 3u] * elements;
        }
        workgroupBarrier();
      }

      // There may be more groups than parts.
      if (part < uniforms.parts) {
        let sums = array<vec4<f32>, 4>(first, second, third, fourth);
        for (var place = 0u; place < 16u; place++) {
          store(part, firstRow + row + place / 4u, firstColumn + column + place % 4u, sums[place / 4u][place % 4u]);
        }
      }
    }

    fn store(part : u32, row : u32, column : u32, sum : f32) {
      if (row >= uniforms.rows || column >= uniforms.columns) { return; }
      let at = (part * uniforms.rows + row) * uniforms.columns + column;
      result[at] = sum + ${addend};
    }`;
}
