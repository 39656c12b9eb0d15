import {
  entriesOf,
  isTree,
  jsonSchema,
  keyOf,
  valueAt,
  type Entry,
  type Finding,
  type Problem,
  type SchemaNode,
  type Source,
} from '../config/index.js';

/** Where something stands in a sweep file. */
export type Place = readonly PropertyKey[];

/** Keys of a configuration file that members do not vary, and who sets them. */
const NOT_VARIED: ReadonlyMap<string, string> = new Map([
  ['name', "members are named after what varies, a case by its own name, and the sweep by the file's name"],
  ['seeds', 'every configuration is run with the same seeds: give them as seeds, at the top of the file'],
  ['output', 'all members land in one folder: give it as output, at the top of the file'],
  ['extends', 'only the base extends a file'],
  ['abstract', 'only a configuration file is abstract'],
  ['$schema', 'it stands at the top of the file'],
]);

/** Keys of a configuration file that have no place in a sweep's base. */
const NOT_OF_BASE: ReadonlyMap<string, string> = new Map([
  ['name', 'the sweep is named by name, at the top of the file, and its members after what varies'],
  ['abstract', 'a base need not be whole in any case; take the key out'],
  ['$schema', 'it stands at the top of the file'],
]);

let varied: SchemaNode | undefined;
let ofBase: SchemaNode | undefined;

/** The JSON Schema of the keys that members may vary. */
export function variedNode(): SchemaNode {
  varied ??= variedNodeOf(jsonSchema());
  return varied;
}

/** The JSON Schema of the keys that a sweep's base may have. */
export function baseNode(): SchemaNode {
  ofBase ??= baseNodeOf(jsonSchema());
  return ofBase;
}

/** {@link variedNode} where configurations have another schema, with the methods of plug-ins. */
export function variedNodeOf(configurations: SchemaNode): SchemaNode {
  return without(configurations, NOT_VARIED);
}

/** {@link baseNode} likewise. */
export function baseNodeOf(configurations: SchemaNode): SchemaNode {
  return without(configurations, NOT_OF_BASE);
}

function without({ properties }: SchemaNode, keys: ReadonlyMap<string, string>): SchemaNode {
  const kept = Object.entries(properties ?? {}).filter(([key]) => !keys.has(key));
  return { type: 'object', properties: Object.fromEntries(kept), additionalProperties: false };
}

/** What a part of a sweep file varies. */
export interface Varied {
  readonly entries: readonly Entry[];
  readonly findings: readonly Finding[];
}

/** The entries of the tree at a place, written dotted or nested, less those that do not vary. */
export function variedEntries(file: Source, place: Place, tree = valueAt(file.tree, place)): Varied {
  const all = entriesOf(tree, place);
  const part = { ...file, within: place.join('.') };
  const findings = all.flatMap(({ path, keys }) =>
    refusal(part, path, NOT_VARIED, file.positionOf(keys[0] ?? place, 'key')),
  );
  return { entries: all.filter(({ path }) => !NOT_VARIED.has(path[0] ?? '')), findings };
}

/** What is wrong with the keys of a base besides their values. */
export function baseFindings(base: Source): readonly Finding[] {
  const keys = isTree(base.tree) ? Object.keys(base.tree) : [];
  return keys.flatMap((key) => refusal(base, [key], NOT_OF_BASE, base.positionOf([key], 'key')));
}

function refusal(
  part: Source,
  path: readonly string[],
  reasons: ReadonlyMap<string, string>,
  position: Problem['position'],
): Finding[] {
  const reason = reasons.get(path[0] ?? '');
  if (reason === undefined) return [];
  const key = keyOf(part, path);
  return [() => ({ source: part.label, position, key, message: `it cannot be set here: ${reason}` })];
}
