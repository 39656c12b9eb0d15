import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/**
 * The folders of the packages that a package needs to run, those inside others among them, relative to its own.
 *
 * @param root - Folder of the package, with node_modules.
 * @param without - Packages to leave out, and with them what only they need.
 */
export function neededPackages(root: string, without: readonly string[] = []): string[] {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    for (const name of dependenciesOf(path.join(root, folder))) {
      if (without.includes(name)) continue;
      const place = placeOf(root, folder, name);
      if (found.has(place)) continue;
      found.add(place);
      visit(place);
    }
  };
  visit('');
  return [...found].sort();
}

function dependenciesOf(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return Object.keys(manifestSchema.parse(manifest).dependencies);
}

/** Where Node finds a package that is asked for in a folder. */
function placeOf(root: string, folder: string, name: string): string {
  for (let above = folder; ; above = path.dirname(above)) {
    const place = path.join(above, 'node_modules', name);
    if (existsSync(path.join(root, place, 'package.json'))) return place;
    if (above === '' || above === '.') throw new Error(`${name}, which ${folder} needs, is not installed`);
  }
}
