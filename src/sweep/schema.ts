import { jsonSchema, keyNode, keyPaths, propertiesOf, schemaNode, type SchemaNode } from '../config/index.js';
import { SweepFileSchema } from './definition.js';
import { baseNode, baseNodeOf, variedNodeOf } from './varied.js';

/** A key, dotted or not, and what describes its value. */
type KeyNode = [string, SchemaNode];

let file: SchemaNode | undefined;

/** The JSON Schema of the keys of a sweep file alone: what stands in the base and is varied is left open. */
export function fileNode(): SchemaNode {
  file ??= schemaNode(SweepFileSchema, () => false);
  return file;
}

/** The same with the keys of the base, for messages: a key that is missing its `base` is found there. */
export function messageNode(): SchemaNode {
  const node = fileNode();
  return { ...node, properties: { ...node.properties, base: baseNode() } };
}

/**
 * The JSON Schema (draft 7) of a sweep file, for editors: they complete the keys of configurations in it too.
 * @param configurations - The schema of these, where it has the methods of plug-ins.
 */
export function sweepJsonSchema(configurations: SchemaNode = jsonSchema()): SchemaNode {
  const { $schema, ...rest } = fileNode();
  const varied = variedNodeOf(configurations);
  const properties = Object.fromEntries(
    [...propertiesOf(rest)].map(([key, node]) => [key, opened(key, node)]),
  );
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: 'gan-bench sweep',
    description: 'Many runs from one file. See docs/sweeps.md.',
    ...rest,
    properties,
    definitions: {
      base: baseNodeOf(configurations),
      settings: settingsNode(varied, {}),
      case: { ...settingsNode(varied, { name: keyNode(['name']) ?? {} }), required: ['name'] },
      axes: axesNode(varied, varied, []),
      ...keyDefinitions(varied),
    },
  };
}

/** A part of the file with what stands in it described; the open objects of the plain schema would allow any key. */
function opened(key: string, node: SchemaNode): SchemaNode {
  switch (key) {
    case 'base':
      return described(node, 'base');
    case 'grid':
    case 'zip':
      return described(node, 'axes');
    case 'cases':
      return { ...node, items: reference('case') };
    case 'exclude':
      return { ...node, items: reference('settings') };
    case 'compare': {
      const baseline = described(propertiesOf(node).get('baseline') ?? {}, 'settings');
      return { ...node, properties: { ...node.properties, baseline } };
    }
    default:
      return node;
  }
}

function described({ description, default: value }: SchemaNode, definition: string): SchemaNode {
  return {
    ...(description === undefined ? {} : { description }),
    ...(value === undefined ? {} : { default: value }),
    // Draft 7 ignores what stands beside a reference.
    allOf: [reference(definition)],
  };
}

function reference(definition: string): SchemaNode {
  return { $ref: `#/definitions/${definition}` };
}

/** One definition for each key that may be varied, under its dotted path. */
function keyDefinitions(varied: SchemaNode): Record<string, SchemaNode> {
  return Object.fromEntries(
    keyPathsOf(varied).map((path): KeyNode => [path.join('.'), keyNode(path, varied) ?? {}]),
  );
}

/** Keys with a value each, dotted or nested. */
function settingsNode(varied: SchemaNode, besides: Readonly<Record<string, SchemaNode>>): SchemaNode {
  const keys = keyPathsOf(varied).map((path): KeyNode => [path.join('.'), reference(path.join('.'))]);
  return {
    type: 'object',
    properties: { ...besides, ...Object.fromEntries(keys) },
    additionalProperties: false,
  };
}

/** Keys with a list of values each, dotted or nested; `node` is what stands below the keys `above`. */
function axesNode(varied: SchemaNode, node: SchemaNode, above: readonly string[]): SchemaNode {
  const keys = keyPathsOf(node).map((path): KeyNode => {
    const whole = [...above, ...path];
    const list: SchemaNode = { type: 'array', minItems: 1, items: reference(whole.join('.')) };
    const child = keyNode(whole, varied) ?? {};
    const isNested = keyPathsOf(child).length > 0;
    return [path.join('.'), isNested ? { anyOf: [list, axesNode(varied, child, whole)] } : list];
  });
  return { type: 'object', properties: Object.fromEntries(keys), additionalProperties: false };
}

/** The keys below a node, each once: alternatives of a value may have the same. */
function keyPathsOf(node: SchemaNode): readonly string[][] {
  return [...new Map(keyPaths(node).map((path) => [path.join('.'), path])).values()];
}
