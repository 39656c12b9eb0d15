import { Lexer } from 'yaml';
import { messageOf } from '../errors.js';
import type { Mistake } from './source.js';

/** What YAML's reading of JSON lets pass but JSON itself does not allow. */
export function jsonMistakes(text: string): Mistake[] {
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
function firstTokenThatIsNotJson(text: string): Mistake | undefined {
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
