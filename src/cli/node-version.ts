import { readFileSync } from 'node:fs';

import { z } from 'zod';

const manifestSchema = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** Node versions the project supports, such as `>=20.17`, from package.json. */
export function supportedNode(projectFolder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(`${projectFolder}/package.json`, 'utf8'));
  return manifestSchema.parse(manifest).engines.node;
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
