import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../../errors.js';
import { printable } from '../../support/text.js';
import {
  differenceOf,
  type Inventory,
  inventoryName,
  linkDifferenceOf,
  readInventory,
  type Thoroughness,
} from './inventory.js';

/** What is wrong with a file or folder that was to be loaded, and how to mend it. */
export interface Distrust {
  readonly path: string;
  /** In words that follow the path. */
  readonly found: string;
  readonly fix: string;
}

/** @throws UserError `engine` naming what is wrong, where something is. */
export function refuse(distrust: Distrust | undefined): void {
  if (distrust !== undefined) throw new UserError('engine', describeDistrust(distrust));
}

export function describeDistrust({ path: place, found, fix }: Distrust): string {
  return `${printable(place)} ${found}: it is not loaded. ${fix}`;
}

const setUpAgain = 'Run `gan-bench setup`, which mends it.';

/** Why nothing is to be loaded from a file or folder: whom it belongs to, or who else may write it. */
function foreignHand(file: string): Distrust | undefined {
  const user = process.geteuid?.();
  // Windows knows neither.
  if (user === undefined) return undefined;
  const stats = statSync(file);
  if (stats.uid !== user && stats.uid !== 0) {
    return {
      path: file,
      found: `belongs to the user with number ${stats.uid}, who is neither you (${user}) nor root`,
      fix: 'Remove it, or let GAN_BENCH_CACHE name a folder of your own; then run `gan-bench setup`.',
    };
  }
  // Where an access control list lets others write, the group's bit says so.
  if ((stats.mode & 0o022) === 0) return undefined;
  return {
    path: file,
    found: `may be written by others (mode ${(stats.mode & 0o7777).toString(8)})`,
    fix: `If nobody did, \`chmod go-w ${printable(file)}\`, else remove it; then run \`gan-bench setup\`.`,
  };
}

/**
 * As {@link foreignHand} for a cache folder: also not where everybody may put another in its place, as in a folder that
 * is open to all and not sticky. What is above it may be open to a group.
 */
export function foreignHandOnCache(root: string): Distrust | undefined {
  const own = foreignHand(root);
  if (own !== undefined || process.geteuid === undefined) return own;
  for (let folder = path.dirname(root); ; folder = path.dirname(folder)) {
    const { mode } = statSync(folder);
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
      return {
        path: folder,
        found: `may be written by everybody (mode ${(mode & 0o7777).toString(8)}), and holds ${root}`,
        fix: 'Let GAN_BENCH_CACHE name a folder in another place; then run `gan-bench setup`.',
      };
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** A folder with an inventory, as far as it is to be looked at. */
export interface Checked {
  /** Folder that keeps it, which may be the same. */
  readonly root: string;
  readonly folder: string;
  /** Which of its files and links; default: all. */
  readonly concerns?: (name: string) => boolean;
  /** Names that must be among them. */
  readonly requires?: readonly string[];
  readonly by: Thoroughness;
}

/** What is wrong with a folder that set-up made: foreign hands from its root down, or files that have changed. */
export function folderProblem(checked: Checked): Distrust | undefined {
  const { root, folder, concerns = () => true, requires = [], by } = checked;
  const inventory = trustedInventory(root, folder);
  if ('found' in inventory) return inventory;
  const unknown = requires.find((name) => !(name in inventory.files) && !(name in inventory.links));
  if (unknown !== undefined) return told(path.join(folder, unknown), 'was not put there by set-up');
  const files = Object.entries(inventory.files).filter(([name]) => concerns(name));
  const links = Object.entries(inventory.links).filter(([name]) => concerns(name));
  const changed =
    firstOf(files, ([name, record]) =>
      told(path.join(folder, name), differenceOf(path.join(folder, name), record, by)),
    ) ??
    firstOf(links, ([name, to]) =>
      told(path.join(folder, name), linkDifferenceOf(path.join(folder, name), to)),
    );
  if (changed !== undefined) return changed;
  const names = [...files, ...links].map(([name]) => name);
  return firstOf(withFolders(names), (name) => foreignHand(path.join(folder, name)));
}

/** The inventory of a folder, unless somebody else may have changed it. */
function trustedInventory(root: string, folder: string): Inventory | Distrust {
  const inside = path.relative(root, folder);
  const file = path.join(inside, inventoryName);
  if (!existsSync(path.join(root, file)))
    return { path: folder, found: `has no ${inventoryName}`, fix: setUpAgain };
  const foreign =
    foreignHandOnCache(root) ?? firstOf(withFolders([file]), (name) => foreignHand(path.join(root, name)));
  if (foreign !== undefined) return foreign;
  try {
    return readInventory(folder);
  } catch {
    return { path: path.join(root, file), found: 'is no inventory of this version', fix: setUpAgain };
  }
}

/** Names and those of the folders that they lie in, each once. */
function withFolders(names: readonly string[]): string[] {
  const all = new Set<string>();
  for (const name of names) {
    for (let inside = name; inside !== '.'; inside = path.dirname(inside)) all.add(inside);
  }
  return [...all];
}

function told(file: string, found: string | undefined): Distrust | undefined {
  return found === undefined ? undefined : { path: file, found, fix: setUpAgain };
}

function firstOf<T>(items: readonly T[], look: (item: T) => Distrust | undefined): Distrust | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
