import { join } from 'node:path';
import type { Overrides } from '../../src/config/index.js';
import { UserError } from '../../src/errors.js';
import { loadSweep } from '../../src/sweep/load.js';
import type { Sweep } from '../../src/sweep/sweep.js';
import { folderWith } from '../config/folder.js';

/** Loads a sweep from a file with this content, `study.yaml` or `study.json`; further files lie beside it. */
export async function sweepOf(
  content: string | object,
  overrides?: Overrides,
  others: Readonly<Record<string, string | object>> = {},
): Promise<Sweep> {
  const file = typeof content === 'string' ? 'study.yaml' : 'study.json';
  const folder = await folderWith({ ...others, [file]: content });
  return await loadSweep(join(folder, file), overrides);
}

/** The lines of what is told of such a file, without the headline and the folder. */
export async function complaintsOf(
  content: string | object,
  overrides?: Overrides,
  others: Readonly<Record<string, string | object>> = {},
): Promise<string[]> {
  const file = typeof content === 'string' ? 'study.yaml' : 'study.json';
  const folder = await folderWith({ ...others, [file]: content });
  const error: unknown = await loadSweep(join(folder, file), overrides).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  if (error.code !== 'config') throw new Error(`expected the code config, got ${error.code}`);
  const [, ...lines] = error.message
    .replaceAll(`${folder}/`, '')

    .split('\n');
  return lines.map((line) => line.trim());
}

/** The names of the members, each once, in their order. */
export function namesOf({ members }: Pick<Sweep, 'members'>): string[] {
  return [...new Set(members.map(({ name }) => name))];
}
