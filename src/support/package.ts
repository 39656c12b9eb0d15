import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

const manifestSchema = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** The folder of this package: the nearest one above this file that has a package.json. */
export function packageFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder)
    folder = path.dirname(folder);
  return folder;
}

/** Node versions the project supports, such as `>=20.17`, from package.json. */
export function supportedNode(): string {
  return readManifest().engines.node;
}

/** The program's version, from package.json. */
export function programVersion(): string {
  return readManifest().version;
}

function readManifest(): z.output<typeof manifestSchema> {
  const manifest: unknown = JSON.parse(readFileSync(path.join(packageFolder(), 'package.json'), 'utf8'));
  return manifestSchema.parse(manifest);
}

/** Whether a version such as `20.17.0` satisfies a range of the form `>=20.17`. */
export function satisfies(version: string, range: string): boolean {
  const wanted = numbersOf(range);
  const found = numbersOf(version);
  for (const [index, number] of wanted.entries()) {
    const difference = (found[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return (version.match(/\d+/g) ?? []).map(Number);
}
