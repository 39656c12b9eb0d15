import { z } from 'zod';
import { modelKeys } from './models.js';
import { ConfigFileSchema, FILE_KEYS } from './schema.js';

/** A node of a JSON Schema (draft 7). */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The JSON Schema (draft 7) of a configuration file, for editors that complete and check as one types. */
export function jsonSchema(): SchemaNode {
  const { $schema, ...rest } = schemaNode(ConfigFileSchema, (key) => !FILE_KEYS.has(key));
  // A base file gives only some of the keys, so none can be demanded of a single file.
  delete rest.required;
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: 'gan-bench configuration',
    description: 'What gan-bench trains, and how. See docs/configuration.md.',
    ...rest,
    properties: { ...rest.properties, modelOptions: withOwnKeys(keyNode(['modelOptions'], rest) ?? {}) },
  };
}

/** The options of models: those of the built-in ones are known, and a plug-in's may be called anything. */
function withOwnKeys(node: SchemaNode): SchemaNode {
  const { properties = {} } = schemaNode(z.strictObject(modelKeys), () => false);
  return { ...node, properties };
}

/**
 * The JSON Schema (draft 7) of what a zod schema takes.
 * @param isRemovable which of the optional keys null may take away
 */
export function schemaNode(schema: z.ZodType, isRemovable: (key: unknown) => boolean): SchemaNode {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    // What a plug-in checks by code of its own may be anything to an editor.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: node, path }) => {
      dropSafeIntegerBounds(node);
      if (zodSchema._zod.def.type === 'optional' && isRemovable(path.at(-1))) allowNull(node);
    },
  });
}

let cached: SchemaNode | undefined;

/** What describes the keys of a configuration: {@link jsonSchema}, made once. */
export function configNode(): SchemaNode {
  cached ??= jsonSchema();
  return cached;
}

/**
 * The nodes of a JSON Schema that describe one key; several where the key's value has alternatives, none for an unknown key.
 * @param path the key's path from the root; the root itself is the empty path
 */
export function nodesAt(path: readonly PropertyKey[], root = configNode()): SchemaNode[] {
  let nodes = alternatives(root);
  for (const key of path) {
    nodes = nodes.flatMap((node) => {
      const child = typeof key === 'number' ? itemNode(node) : propertiesOf(node).get(String(key));
      return child === undefined ? [] : alternatives(child);
    });
  }
  return nodes;
}

/** The node of a key together with its alternatives unsplit: it holds the description and the default. */
export function keyNode(path: readonly PropertyKey[], root = configNode()): SchemaNode | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  return nodesAt(path.slice(0, -1), root)
    .map((node) => propertiesOf(node).get(String(last)))
    .find((node) => node !== undefined);
}

/** The keys of an object node and their nodes; empty for any other node. */
export function propertiesOf(node: SchemaNode): Map<string, SchemaNode> {
  const entries = Object.entries(node.properties ?? {});
  return new Map(entries.flatMap(([key, child]) => (typeof child === 'boolean' ? [] : [[key, child]])));
}

/** A node's alternatives, or the node itself where it has none. */
export function alternatives(node: SchemaNode): SchemaNode[] {
  return node.anyOf ?? [node];
}

/** The node that every item of a list is described by. */
export function itemNode(node: SchemaNode): SchemaNode | undefined {
  return typeof node.items === 'object' && !Array.isArray(node.items) ? node.items : undefined;
}

/** Whether null may stand for "take the inherited value away": so it is for keys that may be absent. */
export function acceptsNull(path: readonly PropertyKey[]): boolean {
  return nodesAt(path).some((node) => Array.isArray(node.type) && node.type.includes('null'));
}

/** zod bounds every integer by what a double holds exactly: true, but noise in a schema meant for people. */
function dropSafeIntegerBounds(node: SchemaNode): void {
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
}

function allowNull(node: SchemaNode): void {
  if (typeof node.type === 'string') node.type = [node.type, 'null'];
  if (node.enum !== undefined) node.enum = [...node.enum, null];
}

/** The path of every key below a node, parents before their children. */
export function keyPaths(node: SchemaNode): string[][] {
  const children = alternatives(node).flatMap((alternative) => [...propertiesOf(alternative)]);
  return children.flatMap(([key, child]) => [[key], ...keyPaths(child).map((path) => [key, ...path])]);
}
