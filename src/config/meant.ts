import { alternatives, configNode, keyPaths, nodesAt, propertiesOf, type SchemaNode } from './json-schema.js';
import { isTree } from './merge.js';
import { letters, nearest } from '../support/nearest.js';
import { KEY_SYNONYMS, VALUE_SYNONYMS } from './synonyms.js';

/**
 * The key that an unknown one was probably meant to be, in quotes: one of the same object, else the full path of one elsewhere.
 * @param path the unknown key's path
 * @param allowed the keys of its object
 */
export function meantKey(
  path: readonly PropertyKey[],
  allowed: readonly string[],
  root: SchemaNode = configNode(),
): string | undefined {
  const word = String(path.at(-1));
  const parent = path.slice(0, -1).join('.');
  const synonyms = (KEY_SYNONYMS.get(letters(word)) ?? []).filter(
    (key) => nodesAt(key.split('.'), root).length > 0,
  );
  const beside = allowed.find((key) => synonyms.includes(parent === '' ? key : `${parent}.${key}`));
  const meant = nearest(word, allowed) ?? beside ?? sameKeyElsewhere(word, root) ?? synonyms[0];
  return meant === undefined ? undefined : JSON.stringify(meant);
}

/** The full path of a key that was given at the wrong level. */
function sameKeyElsewhere(word: string, root: SchemaNode): string | undefined {
  const paths = keyPaths(root);
  const lastKeys = paths.map((path) => path.at(-1) ?? '');
  const match = nearest(word, lastKeys);
  return match === undefined ? undefined : paths[lastKeys.indexOf(match)]?.join('.');
}

/** What a wrong value was probably meant to be, as it would be written in JSON. */
export function meantValue(
  path: readonly PropertyKey[],
  value: unknown,
  root: SchemaNode = configNode(),
): string | undefined {
  if (isTree(value)) return meantObjectKey(nodesAt(path, root), value);
  if (typeof value !== 'string') return undefined;
  const choices = nodesAt(path, root).flatMap(choicesOf);
  const word = VALUE_SYNONYMS.get(letters(value)) ?? value;
  const meant = nearest(
    word,
    choices.map((choice) => choice.word),
  );
  const written = choices.find((choice) => choice.word === meant)?.written;
  // A value that is right by itself is refused for what stands elsewhere.
  return written === JSON.stringify(value) ? undefined : written;
}

/** Of an object that fits none of a key's alternatives: the key that one of its own was meant to be. */
function meantObjectKey(nodes: readonly SchemaNode[], value: object): string | undefined {
  const known = nodes.flatMap((node) => [...propertiesOf(node).keys()]);
  const meant = Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => nearest(key, known))
    .find((key) => key !== undefined);
  return meant === undefined || Object.hasOwn(value, meant) ? undefined : JSON.stringify(meant);
}

interface Choice {
  readonly word: string;
  /** How the choice is written where the word alone was given. */
  readonly written: string;
}

/**
 * The words that a key can be chosen by: its own, and those that stand deeper, with what is around them.
 * So `sgd` for an optimizer is `{"base": "sgd"}`, and `cosine` for a schedule `{"decay": {"cosine": {}}}`.
 */
function choicesOf(node: SchemaNode): Choice[] {
  const own = [...(node.enum ?? []), ...(node.const === undefined ? [] : [node.const])]
    .filter((choice) => typeof choice === 'string')
    .map((word) => ({ word, written: JSON.stringify(word) }));
  const below = [...propertiesOf(node)].flatMap(([key, child]) => {
    const kind = alternatives(child).some(({ type }) => type === 'object') ? [emptyObject(key, child)] : [];
    return [...kind, ...alternatives(child).flatMap(choicesOf)].map(({ word, written }) => ({
      word,
      written: `{${JSON.stringify(key)}: ${written}}`,
    }));
  });
  return [...own, ...below];
}

/** A key whose value is an object, with what that must hold. */
function emptyObject(key: string, node: SchemaNode): Choice {
  const required = (node.required ?? []).map((name) => `${JSON.stringify(name)}: …`);
  return { word: key, written: `{${required.join(', ')}}` };
}
