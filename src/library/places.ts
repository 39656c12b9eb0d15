import { stat } from 'node:fs/promises';
import { extname } from 'node:path';

import { presetOr } from '../config/index.js';
import { UserError } from '../errors.js';
import { providePlugin } from '../plugin/open.js';
import { printable } from '../support/text.js';
import { frozenFile, readFrozen } from '../sweep/frozen.js';
import { loadSweep } from '../sweep/load.js';
import type { Sweep } from '../sweep/sweep.js';

/**
 * The sweep of a sweep file, or of its folder as it was last run; undefined for any other folder.
 * @throws ConfigError or UserError when the file is wrong or not there
 */
export async function sweepAt(place: string): Promise<Sweep | undefined> {
  if (!(await isThere(place, 'folder'))) {
    // A name without an extension may be meant for either; what a sweep file may be, its reader says.
    const file = await presetOr(place, 'sweep');
    if (extname(file) === '' && !(await isThere(file, 'file'))) throw nothingThere(place);
    return await loadSweep(place, {}, providePlugin);
  }
  const frozen = frozenFile(place);
  return (await isThere(frozen, 'file')) ? await readFrozen(frozen) : undefined;
}

function nothingThere(place: string): UserError {
  return new UserError(
    'usage',
    `${printable(place)}: no such file or folder; give a sweep file (.json, .yaml, .yml) or a folder of results`,
  );
}

export async function isThere(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return (kind === 'file' ? stats?.isFile() : stats?.isDirectory()) ?? false;
}
