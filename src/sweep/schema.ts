import { schemaNode, type SchemaNode } from '../config/index.js';
import { SweepFileSchema } from './definition.js';
import { baseNode } from './varied.js';

let file: SchemaNode | undefined;

/** The JSON Schema of a sweep file, as messages use it: the base is described, what varies is left open. */
export function fileNode(): SchemaNode {
  file ??= withBase(schemaNode(SweepFileSchema, () => false));
  return file;
}

function withBase(node: SchemaNode): SchemaNode {
  return { ...node, properties: { ...node.properties, base: baseNode() } };
}
