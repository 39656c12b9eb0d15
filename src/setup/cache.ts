import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import envPaths from 'env-paths';
import { z } from 'zod';

/** Folder that keeps native libraries: GAN_BENCH_CACHE, else gan-bench in the user's cache folder (XDG_CACHE_HOME). */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  // An empty variable counts as unset.
  const override = env['GAN_BENCH_CACHE']?.trim() ?? '';
  return path.resolve(override === '' ? envPaths('gan-bench', { suffix: '' }).cache : override);
}

const stagingPrefix = 'staging-';

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
    if (!replace && (await isComplete(target))) return target;
    await this.#removeAbandoned();
    const staged = path.join(this.#staging, randomUUID());
    await mkdir(staged, { recursive: true });
    try {
      await fill(staged);
      await writeInventory(staged);
      await this.#publish(staged, target, replace);
    } finally {
      await this.#remove(this.#staging);
    }
    return target;
  }

  /** True when the folder is there with all its files. */
  async has(name: string): Promise<boolean> {
    return await isComplete(path.join(this.root, name));
  }

  async #publish(staged: string, target: string, replace: boolean): Promise<void> {
    await mkdir(path.dirname(target), { recursive: true });
    while (!(await renamed(staged, target))) {
      // Another set-up was faster; what it published is as good.
      if (!replace && (await isComplete(target))) return;
      // A folder that is not empty cannot be renamed over: what is there steps aside.
      await rename(target, path.join(this.#staging, randomUUID())).catch(ignoreMissing);
    }
  }

  /** Removes what set-ups of this machine that no longer run left behind. */
  async #removeAbandoned(): Promise<void> {
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
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

// The rename alone keeps out what a kill cut short; the sizes keep out what a power failure did.
const inventoryName = 'inventory.json';
const inventorySchema = z.record(z.string(), z.number());

async function writeInventory(folder: string): Promise<void> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    sizes[path.relative(folder, file)] = (await stat(file)).size;
  }
  await writeFile(path.join(folder, inventoryName), `${JSON.stringify(sizes, null, 1)}\n`);
}

async function isComplete(folder: string): Promise<boolean> {
  try {
    const sizes = inventorySchema.parse(JSON.parse(await readFile(path.join(folder, inventoryName), 'utf8')));
    for (const [file, size] of Object.entries(sizes)) {
      if ((await stat(path.join(folder, file))).size !== size) return false;
    }
    return true;
  } catch {
    return false;
  }
}
