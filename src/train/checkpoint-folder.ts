import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

const NAME = /^step-(\d{8,})(?:\.replaced)?$/;
/** A checkpoint that gives way to another of the same step has this after its name until that one is in place. */
export const REPLACED = '.replaced';
/** A checkpoint that is still being written has this before its name. */
export const UNFINISHED = '.unfinished-';

/**
 * Removes what is of no more use after the checkpoint of `step` was saved: all before it but the newest, `keep` in
 * all; those of later steps, which are torn ones that the run did not resume from; and what killed processes left.
 * The untrained state may stay.
 */
export async function pruneCheckpoints(folder: string, rule: PruneRule): Promise<void> {
  for (const name of await spareCheckpoints(folder, rule)) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Which checkpoints stay: `keep` up to that of `step`, and the best and the untrained state where they are wanted. */
export interface PruneRule {
  readonly step: number;
  readonly keep: number;
  readonly keepInitial: boolean;
  /** Step of the best epoch. */
  readonly best?: number | undefined;
}

/** Names of the folders that {@link pruneCheckpoints} removes. */
export async function spareCheckpoints(
  folder: string,
  { step, keep, keepInitial, best }: PruneRule,
): Promise<string[]> {
  const names = await listCheckpoints(folder);
  const current = names.filter((name) => stepOf(name) <= step);
  const kept = new Set([
    ...current.slice(Math.max(current.length - keep, 0)),
    ...current.filter((name) => stepOf(name) === best).slice(-1),
  ]);
  const unfinished = (await readdir(folder)).filter((name) => name.startsWith(UNFINISHED));
  return [...names, ...unfinished].filter((name) => !kept.has(name) && !(keepInitial && stepOf(name) === 0));
}

/** The name of the checkpoint of a step; undefined where there is none. */
export async function checkpointOf(folder: string, step: number): Promise<string | undefined> {
  return (await listCheckpoints(folder)).findLast((name) => stepOf(name) === step);
}

/** Names of the checkpoints in a folder, oldest first; of one step the replaced one first. */
export async function listCheckpoints(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => NAME.test(name)).sort((a, b) => stepOf(a) - stepOf(b) || b.length - a.length);
}

/** The step of a checkpoint's folder, by its name; NaN of any other. */
export function stepOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? NaN);
}
