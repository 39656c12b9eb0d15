import type { z } from 'zod';
import { alternatives, configNode, itemNode, nodesAt, propertiesOf, type SchemaNode } from './json-schema.js';

/** What a key allows, in words: "a whole number of at least 1"; empty for an unknown key. */
export function allowedAt(path: readonly PropertyKey[], root = configNode()): string {
  return nodesAt(path, root).map(inWords).join(', or ');
}

/** What a node of the JSON Schema allows, in words. */
export function inWords(node: SchemaNode): string {
  if (node.anyOf !== undefined) return alternatives(node).map(inWords).join(', or ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map(String).join(', ');
  const types = Array.isArray(node.type) ? node.type : [node.type];
  return types.map((type) => typeInWords(type, node)).join(' or ');
}

function typeInWords(type: z.core.JSONSchema.SchemaType | undefined, node: SchemaNode): string {
  switch (type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${bounds(node)}`;
    case 'number':
      return `a number${bounds(node)}`;
    case 'array': {
      const item = itemNode(node);
      return `a ${node.minItems === undefined ? '' : 'non-empty '}list${item === undefined ? '' : `, each item ${inWords(item)}`}`;
    }
    case 'object':
      return objectInWords(node);
    case 'string':
      if (node.examples !== undefined)
        return `that of a plug-in, such as ${node.examples.map(String).join(', ')}`;
      return node.minLength === undefined ? 'text' : 'non-empty text';
    case 'null':
      return 'null';
    case undefined:
      return 'any value';
  }
}

function objectInWords(node: SchemaNode): string {
  const keys = [...propertiesOf(node).keys()];
  if (keys.length > 0) return `an object with the key${keys.length === 1 ? '' : 's'} ${keys.join(', ')}`;
  return node.propertyNames === undefined ? 'an object' : 'an object with that of a plug-in as its key';
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const lower = minimum === undefined ? [] : [`of at least ${minimum}`];
  if (typeof exclusiveMinimum === 'number') lower.push(`above ${exclusiveMinimum}`);
  const upper = maximum === undefined ? [] : [`at most ${maximum}`];
  if (typeof exclusiveMaximum === 'number') upper.push(`below ${exclusiveMaximum}`);
  const both = [...lower, ...upper];
  return both.length === 0 ? '' : ` ${both.join(' and ')}`;
}
