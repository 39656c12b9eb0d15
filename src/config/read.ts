import { isUtf8 } from 'node:buffer';
import { dirname, extname } from 'node:path';
import { messageOf, systemCode } from '../errors.js';
import { readRegularFile } from '../support/regular-file.js';
import { configNode } from './json-schema.js';
import { LARGEST_TEXT, parseText } from './parse.js';
import { EXTENSIONS, noPreset } from './preset.js';
import type { Problem, Source } from './source.js';

/** A source, or what keeps it from being read. */
export type Reading =
  | { readonly source: Source; readonly problems: readonly [] }
  | { readonly source: undefined; readonly problems: readonly Problem[] };

/** Reads a JSON or YAML file; which of the two its extension says. */
export async function readSource(file: string): Promise<Reading> {
  if (!EXTENSIONS.includes(extname(file).toLowerCase())) {
    const unknown = await noPreset(file);
    if (unknown !== undefined) return unreadable(file, unknown);
    return unreadable(file, `found the extension "${extname(file)}"; allowed: ${EXTENSIONS.join(', ')}`);
  }
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(file, LARGEST_TEXT);
  } catch (error) {
    return unreadable(file, `cannot be read: ${reasonOf(error)}; give the path of a JSON or YAML file`);
  }
  if (!isUtf8(bytes)) return unreadable(file, 'it is not text in UTF-8; save it as that');
  return parseSource(file, new TextDecoder().decode(bytes));
}

function parseSource(file: string, text: string): Reading {
  const format = extname(file).toLowerCase() === '.json' ? 'JSON' : 'YAML';
  const parsed = parseText(text, format);
  if ('tree' in parsed) {
    const { tree, positionOf } = parsed;
    const place = { label: file, isFile: true, folder: dirname(file), within: '' };
    return { source: { ...place, tree, schema: configNode(), positionOf }, problems: [] };
  }
  const problems = parsed.mistakes.map(({ position, message }) => ({
    source: file,
    position,
    key: '',
    message: `${format} syntax: ${message}`,
  }));
  return { source: undefined, problems };
}

function unreadable(file: string, message: string): Reading {
  return { source: undefined, problems: [{ source: file, position: undefined, key: '', message }] };
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  return messageOf(error);
}
