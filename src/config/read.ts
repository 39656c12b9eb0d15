import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { isMap, isScalar, Lexer, LineCounter, parseDocument, type Document } from 'yaml';
import { messageOf } from '../errors.js';
import type { Position, Problem, Source } from './source.js';

/** A source, or what keeps it from being read. */
export type Reading =
  | { readonly source: Source; readonly problems: readonly [] }
  | { readonly source: undefined; readonly problems: readonly Problem[] };

const EXTENSIONS = ['.json', '.yaml', '.yml'];

/** Reads a JSON or YAML file; which of the two its extension says. */
export async function readSource(file: string): Promise<Reading> {
  if (!EXTENSIONS.includes(extname(file).toLowerCase())) {
    return unreadable(file, `found the extension "${extname(file)}"; allowed: ${EXTENSIONS.join(', ')}`);
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return unreadable(file, `cannot be read: ${reasonOf(error)}; give the path of a JSON or YAML file`);
  }
  return parseSource(file, text);
}

/** Parses the text of a file; its name's extension says whether as JSON or as YAML. */
export function parseSource(file: string, text: string): Reading {
  const isJson = extname(file).toLowerCase() === '.json';
  const format = isJson ? 'JSON' : 'YAML';
  const content = text.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  try {
    const document = parseDocument(content, {
      lineCounter: lines,
      prettyErrors: false,
      ...(isJson ? { schema: 'json' } : {}),
    });
    const errors = syntaxErrors(document, isJson ? content : undefined);
    if (errors.length === 0) return { source: sourceOf(file, document, position), problems: [] };
    const problems = errors.map(({ offset, message }) => ({
      source: file,
      position: position(offset),
      key: '',
      message: `${format} syntax: ${message}`,
    }));
    return { source: undefined, problems };
  } catch (error) {
    // Aliases that explode or lead nowhere.
    return unreadable(file, `${format}: ${messageOf(error)}`);
  }
}

interface SyntaxMistake {
  readonly offset: number;
  readonly message: string;
}

function syntaxErrors(document: Document, json: string | undefined): SyntaxMistake[] {
  const errors = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    offset: pos[0],
    message,
  }));
  return errors.length === 0 && json !== undefined ? jsonErrors(json) : errors;
}

function sourceOf(file: string, document: Document, position: (offset: number) => Position): Source {
  const tree: unknown = document.toJS();
  const positionOf: Source['positionOf'] = (path, part) => {
    const node = part === 'value' ? document.getIn(path, true) : keyNodeIn(document, path);
    return hasRange(node) ? position(node.range[0]) : undefined;
  };
  return { label: file, isFile: true, tree, positionOf };
}

function keyNodeIn(document: Document, path: readonly PropertyKey[]): unknown {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  return parent.items
    .map((pair) => pair.key)
    .find((key) => isScalar(key) && String(key.value) === path.at(-1));
}

function hasRange(node: unknown): node is { readonly range: readonly [number, ...number[]] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

/** What YAML's reading of JSON lets pass but JSON itself does not allow. */
function jsonErrors(text: string): SyntaxMistake[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    const stray = firstTokenThatIsNotJson(text);
    if (stray !== undefined) return [stray];
    const offset = /at position (\d+)/.exec(messageOf(error))?.[1];
    return [{ offset: offset === undefined ? text.length : Number(offset), message: messageOf(error) }];
  }
}

/** JSON.parse does not always say where it stopped: find the comments, quotes and commas that people bring along from YAML or JavaScript. */
function firstTokenThatIsNotJson(text: string): SyntaxMistake | undefined {
  let offset = 0;
  let comma: number | undefined;
  for (const token of new Lexer().lex(text)) {
    // The lexer marks documents and scalars with control characters that are not in the text.
    if (token === '\u0002' || token === '\u001f' || token === '\u0018') continue;
    if (token.startsWith('#')) return { offset, message: 'JSON has no comments' };
    if (token.startsWith("'")) return { offset, message: 'text stands in double quotes' };
    if ((token === '}' || token === ']') && comma !== undefined) {
      return { offset: comma, message: 'no comma after the last item' };
    }
    if (token === ',') comma = offset;
    else if (token.trim() !== '') comma = undefined;
    offset += token.length;
  }
  return undefined;
}

function unreadable(file: string, message: string): Reading {
  return { source: undefined, problems: [{ source: file, position: undefined, key: '', message }] };
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'permission denied';
  return messageOf(error);
}
