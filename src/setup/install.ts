import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

import { makeFolder } from '../support/folder.js';

/** Puts `source` in place of the file `target` at once: a process that has the old one open keeps it. */
export async function replaceFile(source: string, target: string): Promise<void> {
  await makeFolder(path.dirname(target));
  const temporary = `${target}.${randomUUID()}`;
  try {
    await copyFile(source, temporary);
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Makes `link` a symbolic link to `destination`, whatever was there before. */
export async function replaceLink(destination: string, link: string): Promise<void> {
  await makeFolder(path.dirname(link));
  const temporary = `${link}.${randomUUID()}`;
  await symlink(destination, temporary);
  try {
    await rename(temporary, link);
  } catch {
    // A folder stands there; only an empty one could be renamed over.
    await rm(link, { recursive: true, force: true });
    await rename(temporary, link);
  }
}

/** As {@link replaceFile}, or removes the target where there is no source. */
export async function copyIfThere(source: string, target: string): Promise<void> {
  if (existsSync(source)) await replaceFile(source, target);
  else await rm(target, { force: true });
}
