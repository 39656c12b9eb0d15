import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { systemCode } from '../errors.js';
import { makeFolder } from '../support/folder.js';
import { type Distrust, folderProblem, foreignHandOnCache, refuse } from '../tensor/cache/trust.js';
import { refreshStamps, seal } from './seal.js';

const stagingPrefix = 'staging-';

/** Folders for nobody but this user: what is loaded from them runs with the user's rights. */
const PRIVATE = 0o700;

/**
 * Folders that appear in the cache only when they are complete: they are filled under another name, and renamed.
 * Several set-ups may run at once; the first to finish a folder wins. What a killed one left is removed later.
 */
export class Cache {
  readonly root: string;
  readonly #staging: string;

  constructor(root: string) {
    this.root = root;
    this.#staging = path.join(
      root,
      `${stagingPrefix}${os.hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    );
  }

  /**
   * Gives the folder `name`, filling it first if it is not there.
   *
   * @param fill - Puts the contents into the empty folder it is given; the folder is thrown away when it throws.
   */
  async folder(
    name: string,
    fill: (folder: string) => Promise<void>,
    { replace = false } = {},
  ): Promise<string> {
    const target = path.join(this.root, name);
    if (!replace && (await this.has(name))) return target;
    await this.#open();
    const staged = path.join(this.#staging, randomUUID());
    await makeFolder(staged, PRIVATE);
    try {
      await fill(staged);
      await seal(staged);
      await this.#publish(staged, target, replace);
    } finally {
      await this.#remove(this.#staging);
    }
    return target;
  }

  /** True when the folder is there with all its files, and they are those that it was filled with. */
  async has(name: string): Promise<boolean> {
    return (await this.problem(name)) === undefined;
  }

  /**
   * Why the folder cannot be used as it is. All its bytes are read. Where they are right and only their times or inodes
   * are others, as after the cache was copied, those are recorded anew, so that loading need not read all again.
   */
  async problem(name: string): Promise<Distrust | undefined> {
    const folder = path.join(this.root, name);
    const problem = folderProblem({ root: this.root, folder, by: 'content' });
    if (problem === undefined) await refreshStamps(folder);
    return problem;
  }

  /** Makes the link `name` lead to the folder `to` of the cache at once, wherever it led before. */
  async link(name: string, to: string): Promise<void> {
    await this.#open();
    await makeFolder(this.#staging, PRIVATE);
    // Relative, so that the cache may be moved as a whole.
    const staged = path.join(this.#staging, randomUUID());
    await symlink(to, staged);
    await this.#publish(staged, path.join(this.root, name), true);
    await this.#remove(this.#staging);
  }

  /** Takes a folder away at once. */
  async remove(name: string): Promise<void> {
    await this.#open();
    await makeFolder(this.#staging, PRIVATE);
    await rename(path.join(this.root, name), path.join(this.#staging, randomUUID())).catch(ignoreMissing);
    await this.#remove(this.#staging);
  }

  /**
   * Makes the cache folder if it is not there, and clears what killed set-ups left.
   *
   * @throws UserError `engine` where somebody else has a hand on it.
   */
  async #open(): Promise<void> {
    await makeFolder(this.root, PRIVATE);
    this.refuseForeign();
    await this.removeAbandoned();
  }

  /** @throws UserError `engine` where somebody else has a hand on the cache folder. */
  refuseForeign(): void {
    if (existsSync(this.root)) refuse(foreignHandOnCache(this.root));
  }

  async #publish(staged: string, target: string, replace: boolean): Promise<void> {
    await makeFolder(path.dirname(target), PRIVATE);
    while (!(await renamed(staged, target))) {
      // Another set-up was faster; what it published is as good.
      if (!replace && (await this.has(path.relative(this.root, target)))) return;
      // A folder that is not empty cannot be renamed over: what is there steps aside.
      await rename(target, path.join(this.#staging, randomUUID())).catch(ignoreMissing);
    }
  }

  /** Removes what set-ups of this machine that no longer run left behind. */
  async removeAbandoned(): Promise<void> {
    const entries = await readdir(this.root).catch(() => []);
    const ours = `${stagingPrefix}${os.hostname()}-`;
    for (const entry of entries) {
      if (!entry.startsWith(ours)) continue;
      const pid = Number.parseInt(entry.slice(ours.length), 10);
      if (!isRunning(pid)) await this.#remove(path.join(this.root, entry));
    }
  }

  /** A folder that resists is tried again by the next set-up. */
  async #remove(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** False when something stands at the target that cannot be renamed over. */
async function renamed(source: string, target: string): Promise<boolean> {
  try {
    await rename(source, target);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
