import type { Reporter } from '../../src/cli/reporter.js';
import type { SeedEnded } from '../../src/library/run-events.js';
import type { SeedOptions } from '../../src/library/run-open.js';
import { runSeed } from '../../src/library/run-seed.js';

/** Trains a seed in front of a reporter, and says how it ended. */
export async function runReported(
  options: SeedOptions,
  reporter: Reporter,
): Promise<Pick<SeedEnded, 'outcome' | 'error'>> {
  let end: SeedEnded | undefined;
  for await (const event of runSeed(options)) {
    await reporter.on(event);
    if (event.type === 'seed-ended') end = event;
  }
  if (end === undefined) throw new Error('the seed did not say how it ended');
  const { outcome, error } = end;
  return { outcome, error };
}
