import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { valueAt } from './merge.js';
import type { Mistake } from './source.js';

/** What a document holds, as plain values, and where they stand. */
export interface PlainTree {
  readonly tree: unknown;
  /** The first character of a key, or of its value; undefined where there is none. */
  readonly offsetOf: (path: readonly PropertyKey[], part: 'key' | 'value') => number | undefined;
  /** Keys that are given twice, and aliases that lead nowhere or stand for too much. */
  readonly mistakes: readonly Mistake[];
}

/** A value, with what an alias of it would stand for. */
interface Built {
  readonly value: unknown;
  /** Characters of text and values in it, aliases written out. */
  readonly size: number;
  /** How many lists and objects lie in each other. */
  readonly height: number;
}

/** The offsets of an object's keys, or of a list's indices, and of their values. */
type Places = Map<PropertyKey, { readonly key: number; readonly value: number }>;

const NOTHING: Built = { value: null, size: 1, height: 0 };

/**
 * Turns a document into plain values, in one pass and in proportion to its length.
 *
 * @param largest how much all that aliases stand for may have, in characters
 * @param deepest how many lists and objects may lie in each other, aliases written out
 */
export function plainTree(contents: Node | null, largest: number, deepest: number): PlainTree {
  const builder = new TreeBuilder(largest, deepest);
  const { value: tree } = builder.build(contents, 0);
  const offsetOf: PlainTree['offsetOf'] = (path, part) => {
    const last = path.at(-1);
    const parent = valueAt(tree, path.slice(0, -1));
    if (last === undefined || typeof parent !== 'object' || parent === null) return undefined;
    return builder.places.get(parent)?.get(last)?.[part];
  };
  return { tree, offsetOf, mistakes: builder.mistakes };
}

class TreeBuilder {
  readonly mistakes: Mistake[] = [];
  readonly places = new Map<object, Places>();
  readonly #largest: number;
  readonly #deepest: number;
  /** What each anchor stands for so far; `open` as long as one is inside of it. */
  readonly #anchors = new Map<string, Built | 'open'>();
  #writtenOut = 0;

  constructor(largest: number, deepest: number) {
    this.#largest = largest;
    this.#deepest = deepest;
  }

  build(node: Node | null, depth: number): Built {
    if (isAlias(node)) return this.#resolve(node, depth);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const built = this.#plain(node, depth);
    if (anchor !== undefined) this.#anchors.set(anchor, built);
    return built;
  }

  #plain(node: Node | null, depth: number): Built {
    if (isMap<Node, Node | null>(node)) return this.#object(node, depth + 1);
    if (isSeq<Node>(node)) return this.#list(node, depth + 1);
    if (!isScalar(node)) return NOTHING;
    const { value } = node;
    return { value, size: 1 + (typeof value === 'string' ? value.length : 0), height: 0 };
  }

  #object(map: YAMLMap<Node, Node | null>, depth: number): Built {
    const entries = new Map<string, Built>();
    const places: Places = new Map();
    for (const { key: keyNode, value: valueNode } of map.items) {
      const key = isScalar(keyNode) ? String(keyNode.value) : '';
      const offset = keyNode.range?.[0] ?? 0;
      if (entries.has(key)) {
        this.mistakes.push({ offset, message: `the key ${JSON.stringify(key)} is given twice` });
      }
      entries.set(key, this.build(valueNode, depth));
      places.set(key, { key: offset, value: valueNode?.range?.[0] ?? offset });
    }
    // fromEntries makes even `__proto__` a key like any other.
    const value: object = Object.fromEntries([...entries].map(([key, built]) => [key, built.value]));
    this.places.set(value, places);
    return around(value, [...entries.values()], [...entries.keys()].join('').length);
  }

  #list(sequence: YAMLSeq<Node>, depth: number): Built {
    const items = sequence.items.map((item) => this.build(item, depth));
    const value = items.map((item) => item.value);
    const offsets = sequence.items.map((item) => item.range?.[0] ?? 0);
    this.places.set(value, new Map(offsets.map((offset, index) => [index, { key: offset, value: offset }])));
    return around(value, items, 0);
  }

  #resolve(alias: Alias, depth: number): Built {
    const target = this.#anchors.get(alias.source);
    if (target === undefined)
      return this.#refuse(alias, `no anchor &${alias.source} stands before this alias`);
    if (target === 'open') return this.#refuse(alias, `*${alias.source} stands inside of what it stands for`);
    if (depth + target.height > this.#deepest) return this.#refuse(alias, tooDeep(this.#deepest));
    this.#writtenOut += target.size;
    if (this.#writtenOut <= this.#largest) return target;
    return this.#refuse(alias, `aliases stand for more than ${this.#largest} characters`);
  }

  #refuse(alias: Alias, message: string): Built {
    this.mistakes.push({ offset: alias.range?.[0] ?? 0, message });
    return NOTHING;
  }
}

function around(value: object, parts: readonly Built[], keyCharacters: number): Built {
  return parts.reduce<Built>(
    (sum, { size, height }) => ({
      value,
      size: sum.size + size,
      height: Math.max(sum.height, height + 1),
    }),
    { value, size: 1 + keyCharacters, height: 1 },
  );
}

/** What is said of a text that has more levels than allowed. */
export function tooDeep(deepest: number): string {
  return `lists and objects lie more than ${deepest} deep in each other`;
}
