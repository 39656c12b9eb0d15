import { chmod, lstat, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import {
  hasStampsOf,
  inventoryName,
  readInventory,
  stampsOf,
  takeInventory,
} from '../tensor/cache/inventory.js';
import type { Inventory } from '../tensor/cache/inventory.js';

/** Takes from others what the umask, pip or a wheel may have let them do with a folder, and lists what is in it. */
export async function seal(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(file);
    await chmod(file, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o700 : 0o600);
  }
  await writeInventory(folder, takeInventory(folder));
}

/** Records times and inodes anew, where they are no longer those of the files. Their sizes and bytes must have been compared. */
export async function refreshStamps(folder: string): Promise<void> {
  const inventory = readInventory(folder);
  const files = Object.entries(inventory.files);
  const stale = files.filter(([name, record]) => !hasStampsOf(path.join(folder, name), record));
  if (stale.length === 0) return;
  for (const [name, { sha256 }] of stale) {
    inventory.files[name] = { ...stampsOf(path.join(folder, name)), sha256 };
  }
  await writeInventory(folder, inventory);
}

async function writeInventory(folder: string, inventory: Inventory): Promise<void> {
  const file = path.join(folder, inventoryName);
  await writeFile(`${file}.new`, `${JSON.stringify(inventory, null, 1)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
