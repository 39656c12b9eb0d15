import { messageOf, systemCode } from '../../errors.js';
import { readRegularFile } from '../../support/regular-file.js';
import { dataError } from './contents.js';

const LARGEST_TEXT = 64 * 2 ** 20;

/** The lines of a text, without empty ones; undefined where there is no such file. */
export async function readLines(path: string): Promise<string[] | undefined> {
  try {
    const text = (await readRegularFile(path, LARGEST_TEXT)).toString('utf8');
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw dataError(path, `it cannot be read (${messageOf(error)})`, error);
  }
}

/**
 * The class of each file that Tiny ImageNet's `val_annotations.txt` names: lines of a file, a tab, its class, and what else
 * follows after another tab.
 * @throws UserError `data` naming the line
 */
export async function readAnnotations(path: string): Promise<Map<string, string>> {
  const classOf = new Map<string, string>();
  for (const [index, line] of ((await readLines(path)) ?? []).entries()) {
    const [file = '', className = ''] = line.split('\t');
    if (file === '' || className === '')
      throw dataError(`${path}:${index + 1}`, 'the line has no file and class with a tab in between');
    if (classOf.has(file)) throw dataError(`${path}:${index + 1}`, `it names ${file} a second time`);
    classOf.set(file, className);
  }
  return classOf;
}
