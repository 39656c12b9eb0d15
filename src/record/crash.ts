import { toJsonText, writeAtomically } from './files.js';
import { HeldError } from './held.js';
import { lockRunDirectory, type RunLock } from './lock.js';
import { hasRun, runPaths } from './directory.js';
import { endAttempt, readManifest } from './manifest.js';

/**
 * Records that the process that trained in a run's folder ended without a word: an attempt that is said to run has
 * failed. Everything else stays as it is, and a run that goes on in another process is left alone.
 * @param reason why it failed, in words
 * @returns whether there was such an attempt
 * @throws UserError `io` when the folder cannot be locked, or the manifest not be read or written
 */
export async function recordCrash(directory: string, reason: string): Promise<boolean> {
  if (!(await hasRun(directory))) return false;
  const lock = await lockUnlessHeld(directory);
  if (lock === undefined) return false;
  try {
    const manifest = await readManifest(directory);
    const attempt = manifest?.attempts.at(-1);
    if (manifest?.outcome !== 'running' || attempt === undefined) return false;
    const ended = endAttempt(manifest, {
      outcome: 'failed',
      error: reason,
      toStep: attempt.toStep,
      endedAt: new Date().toISOString(),
    });
    await writeAtomically(runPaths(directory).manifest, toJsonText(ended));
    return true;
  } finally {
    await lock.release();
  }
}

async function lockUnlessHeld(directory: string): Promise<RunLock | undefined> {
  try {
    return await lockRunDirectory(directory);
  } catch (error) {
    if (error instanceof HeldError) return undefined;
    throw error;
  }
}
