import { z } from 'zod';
import { alternatives, configNode, propertiesOf, schemaNode, type SchemaNode } from './json-schema.js';
import { foreignName, type MethodKind } from './methods.js';
import { modelKeys } from './models.js';
import type { Vocabulary } from './plugins.js';

/**
 * The JSON Schema of configuration files that name these plug-ins: with their methods and what those read.
 * @param ownKeys what built-in models read, of those that are meant
 */
export function foreignNode(
  plugins: readonly Vocabulary[],
  root = configNode(),
  ownKeys: z.ZodRawShape = modelKeys,
): SchemaNode {
  const names = (kind: MethodKind) => namesOf(plugins, kind);
  const options = (...kinds: MethodKind[]) => optionsNode(kinds.flatMap((kind) => shapesOf(plugins, kind)));
  const modelOptions = optionsNode([ownKeys, ...shapesOf(plugins, 'models')]);
  const changes: readonly (readonly [path: readonly string[], change: Change])[] = [
    [['model'], withNames(names('models'))],
    [['modelOptions'], (node) => ({ ...node, ...modelOptions })],
    [['optimizer', 'gradient'], withNames(names('transforms'))],
    [['optimizer', 'base'], withNames(names('optimizers'))],
    [['optimizer', 'options'], (node) => ({ ...node, ...options('transforms', 'optimizers') })],
    [['schedule', 'decay'], withDecays(plugins)],
  ];
  return changes.reduce((node, [path, change]) => changedAt(node, path, change), root);
}

type Change = (node: SchemaNode) => SchemaNode;

/** A node in which the one at a path is changed, in whichever of the alternatives it is. */
function changedAt(node: SchemaNode, [key, ...rest]: readonly string[], change: Change): SchemaNode {
  if (key === undefined) return change(node);
  if (node.anyOf !== undefined)
    return { ...node, anyOf: node.anyOf.map((one) => changedAt(one, [key, ...rest], change)) };
  const child = propertiesOf(node).get(key);
  if (child === undefined) return node;
  return { ...node, properties: { ...node.properties, [key]: changedAt(child, rest, change) } };
}

/** Names in place of the pattern that stands for all. */
function withNames(names: readonly string[]): Change {
  return (node) => ({
    ...node,
    anyOf: [
      ...alternatives(node).filter(({ pattern }) => pattern === undefined),
      ...(names.length === 0 ? [] : [{ type: 'string' as const, enum: [...names] }]),
    ],
  });
}

function withDecays(plugins: readonly Vocabulary[]): Change {
  const kinds = plugins.flatMap(({ identity, schedules }) =>
    [...schedules].map(([method, schema]) => ({
      type: 'object' as const,
      properties: { [foreignName(identity.name, method)]: optionsNode([schema.shape]) },
      additionalProperties: false,
      required: [foreignName(identity.name, method)],
    })),
  );
  const named = withNames(namesOf(plugins, 'schedules'));
  return (node) => {
    const builtIn = alternatives(node).filter(({ propertyNames }) => propertyNames === undefined);
    const { anyOf = [], ...rest } = named({ ...node, anyOf: builtIn });
    return { ...rest, anyOf: [...anyOf, ...kinds] };
  };
}

function namesOf(plugins: readonly Vocabulary[], kind: MethodKind): string[] {
  return plugins.flatMap((plugin) =>
    [...plugin[kind].keys()].map((method) => foreignName(plugin.identity.name, method)),
  );
}

function shapesOf(plugins: readonly Vocabulary[], kind: MethodKind): z.ZodRawShape[] {
  return plugins.flatMap((plugin) => [...plugin[kind].values()].map(({ shape }) => shape));
}

/** An object with all the keys that any of the methods reads. */
function optionsNode(shapes: readonly z.ZodRawShape[]): SchemaNode {
  const { type, properties = {} } = schemaNode(z.strictObject(Object.assign({}, ...shapes)), () => false);
  return { ...(type === undefined ? {} : { type }), properties, additionalProperties: false };
}
