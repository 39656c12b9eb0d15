import { printable } from '../support/text.js';

/** Text in one line, whole, whoever wrote it: what a reader could not see, or a terminal would obey, is written as in JSON. */
export function plain(text: string): string {
  return printable(text, Infinity);
}
