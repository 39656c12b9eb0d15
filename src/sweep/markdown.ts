import { keyPaths, keyTable } from '../config/index.js';
import { fileNode } from './schema.js';

const PLACE = /(<!-- keys of a sweep file[^>]*-->\n)[^]*?(\n<!-- end of keys -->)/;

/**
 * A page in which the keys of a sweep file stand as they are now, between `<!-- keys of a sweep file … -->` and
 * `<!-- end of keys -->`.
 */
export function insertKeys(page: string): string {
  if (!PLACE.test(page)) throw new Error('the page has no place for the keys of a sweep file');
  const root = fileNode();
  const table = keyTable(keyPaths(root), root);
  return page.replace(PLACE, (_, before: string, after: string) => `${before}\n${table}\n${after}`);
}
