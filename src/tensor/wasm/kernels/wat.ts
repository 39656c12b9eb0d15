/**
 * Pieces of WebAssembly text. What a compiler would unroll is written out here by template, so that the kernels
 * need no toolchain: wabt assembles them when the backend starts.
 */

/** One text for each of 0 … count − 1. */
export function repeat(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

/** Declares locals of one type. */
export function locals(type: 'i32' | 'i64' | 'v128', ...names: readonly string[]): string {
  return names.map((name) => `(local $${name} ${type})`).join(' ');
}

/** Sets locals to the arguments of the same names, or to some of them, given the order in which a job lists them. */
export function readArguments(order: readonly string[], wanted: readonly string[] = order): string {
  return wanted
    .map((name) => `(local.set $${name} (i32.load offset=${4 * order.indexOf(name)} (local.get $arguments)))`)
    .join('\n');
}

/** Adds to an i32 local. */
export function advance(name: string, by: string): string {
  return `(local.set $${name} (i32.add (local.get $${name}) ${by}))`;
}

/** While (condition) body; the label must be unique within the function. */
export function repeatWhile(label: string, condition: string, ...body: readonly string[]): string {
  return `(block $${label}.end (loop $${label}
    (br_if $${label}.end (i32.eqz ${condition}))
    ${body.join('\n')}
    (br $${label})))`;
}

/** How so many neighbouring floats are held: in whole vectors, or a single one in the first lane of a vector. */
export interface Lanes {
  readonly width: number;
  readonly vectors: number;
  /** Loads one of the vectors that begin at an address. */
  load(address: string, vector: number): string;
  store(address: string, vector: number, value: string): string;
}

const SINGLE: Lanes = {
  width: 1,
  vectors: 1,
  load: (address, vector) => `(v128.load32_zero offset=${4 * vector} ${address})`,
  store: (address, vector, value) => `(v128.store32_lane offset=${4 * vector} 0 ${address} ${value})`,
};

function whole(vectors: number): Lanes {
  return {
    width: 4 * vectors,
    vectors,
    load: (address, vector) => `(v128.load offset=${16 * vector} align=4 ${address})`,
    store: (address, vector, value) => `(v128.store offset=${16 * vector} align=4 ${address} ${value})`,
  };
}

/** Blocks to cut a row of floats into: as many as fit of the first width, then of the next. */
export function blocks(...widths: readonly number[]): Lanes[] {
  return [...widths.map((width) => whole(width / 4)), SINGLE];
}

/** Names of `count` locals. */
export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}
