import { Composer, CST, Lexer, LineCounter, Parser, type Document } from 'yaml';
import { jsonMistakes } from './json-syntax.js';
import { plainTree, tooDeep } from './plain-tree.js';
import type { Mistake, Position, Source } from './source.js';

/** The most that a configuration may have, in bytes; a usual one has a few hundred. */
export const LARGEST_TEXT = 64 * 1024;
/** The most lists and objects that may lie in each other; in a right configuration it is five. */
export const DEEPEST = 64;

export type Format = 'JSON' | 'YAML';

/** A text's values, or what is wrong with it and where. */
export type Parsed =
  | { readonly tree: unknown; readonly positionOf: Source['positionOf']; readonly mistakes: readonly [] }
  | { readonly mistakes: readonly { readonly message: string; readonly position: Position }[] };

/** Reads a text of at most {@link LARGEST_TEXT} as JSON or as YAML; whatever it holds, nothing is thrown. */
export function parseText(text: string, format: Format): Parsed {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const refuse = (mistakes: readonly Mistake[]): Parsed => ({
    mistakes: mistakes.map(({ offset, message }) => ({ message, position: position(offset) })),
  });
  const { document, mistakes } = compose(text, format, lines);
  if (mistakes.length > 0 || document === undefined) return refuse(mistakes);
  const { tree, offsetOf, mistakes: misfits } = plainTree(document.contents, LARGEST_TEXT, DEEPEST);
  if (misfits.length > 0) return refuse(misfits);
  const positionOf: Source['positionOf'] = (path, part) => {
    const offset = offsetOf(path, part);
    return offset === undefined ? undefined : position(offset);
  };
  return { tree, positionOf, mistakes: [] };
}

interface Composed {
  readonly document?: Document.Parsed;
  readonly mistakes: readonly Mistake[];
}

function compose(text: string, format: Format, lines: LineCounter): Composed {
  const tokens = tokensOf(text, lines);
  if (!Array.isArray(tokens)) return { mistakes: [tokens] };
  const composer = new Composer({
    // Said outright, so that no directive in the text chooses another: the core schema has no merge keys, dates or sets.
    schema: format === 'JSON' ? 'json' : 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // The library compares each key with all before it: `plainTree` does it in one pass.
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  const mistakes = [...(document?.errors ?? []), ...(document?.warnings ?? [])].map(({ pos, message }) => ({
    offset: pos[0],
    message,
  }));
  if (second !== undefined) {
    mistakes.push({ offset: second.range[0], message: 'a second document; a file holds one configuration' });
  }
  if (mistakes.length > 0 || document === undefined) return { mistakes };
  return { document, mistakes: format === 'JSON' ? jsonMistakes(text) : [] };
}

/** The text's tokens; composing them recurs, so what lies too deep is found before. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] | Mistake {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    const { stack } = parser;
    if (stack.length > DEEPEST && stack.filter((token) => CST.isCollection(token)).length > DEEPEST) {
      return { offset: parser.offset - lexeme.length, message: tooDeep(DEEPEST) };
    }
  }
  tokens.push(...parser.end());
  return tokens;
}
