import { join } from 'node:path';

import { configDifferences } from '../config/index.js';
import type { RunConfig } from '../config/index.js';
import { messageOf, UserError } from '../errors.js';
import { readRunConfig, runPaths } from '../record/directory.js';
import type { Manifest, RunFacts } from '../record/manifest.js';
import { requireRecords } from '../record/recorded.js';
import { printable } from '../support/text.js';
import { latestCheckpoint, loadCheckpoint } from '../train/checkpoint.js';
import type { Checkpoint } from '../train/checkpoint.js';
import { checkpointOf } from '../train/checkpoint-folder.js';
import { planOf, requireReachable } from '../train/plan.js';
import { noteOf, type NoteEvent } from './run-events.js';
import type { SeedOptions } from './run-open.js';

/** Another version of the library, other kernels or another kind of processor add up in another order. */
export function otherMachine({ seed, facts }: SeedOptions, before: Manifest): string[] {
  const changes = [
    [before.engine.library, facts.engine.library],
    [processorsOf(before), processorsOf(facts)],
  ] as const;
  return changes.flatMap(([was, is]) =>
    was === is
      ? []
      : [
          `seed ${seed} was trained with ${printable(was)} so far and goes on with ${is}: ` +
            'the last digits will not be those of an uninterrupted run.',
        ],
  );
}

/** The kind of processor that computes: those of the GPU, or the machine's. */
export function processorsOf({ engine, machine }: Pick<RunFacts, 'engine' | 'machine'>): string {
  return engine.usesGpu === true ? engine.devices.join(', ') : machine.cpuModel;
}

/** The newest checkpoint that the run can go on from; undefined when there is none and it starts anew. */
export async function* findCheckpoint(
  options: SeedOptions,
  directory: string,
): AsyncGenerator<NoteEvent, Checkpoint | undefined> {
  const { config, seed, dataset, engine } = options;
  const { checkpoints } = runPaths(directory);
  const plan = planOf(config, dataset);
  const { snapshot, skipped } = await latestCheckpoint(checkpoints, async ({ progress, records, ...own }) => {
    if (own.seed !== seed) throw new UserError('checkpoint', `It is of seed ${own.seed}, not ${seed}.`);
    requireReachable(progress, plan);
    await requireRecords(directory, records);
  });
  for (const { directory: torn, reason } of skipped) yield noteOf(seed, `passing over ${torn}: ${reason}`);
  if (snapshot !== undefined) {
    requireSameBackend(snapshot.backend, engine.info.backend, directory);
    const lost = config.checkpoint.best === undefined ? undefined : await lostBest(snapshot, checkpoints);
    if (lost !== undefined) yield noteOf(seed, lost);
    return snapshot;
  }
  if (skipped.some(({ isWhole }) => isWhole)) {
    throw new UserError(
      'checkpoint',
      `${directory}: cannot be resumed, none of its checkpoints fits what is there (see above). Put the files back as they ` +
        `were; or delete ${checkpoints}, and --resume starts seed ${seed} anew; or train it in another folder (--out).`,
    );
  }
  yield noteOf(seed, `seed ${seed} has no checkpoint to go on from; it starts anew.`);
  return undefined;
}

/** What keeps the best epoch so far from being had again: without that it is only known, by its numbers. */
async function lostBest({ seed, progress }: Checkpoint, checkpoints: string): Promise<string | undefined> {
  const { best, step } = progress;
  if (best === undefined || best.step === step) return undefined;
  const name = await checkpointOf(checkpoints, best.step);
  try {
    if (name === undefined) throw new Error('it is missing');
    await loadCheckpoint(join(checkpoints, name));
    return undefined;
  } catch (error) {
    return (
      `seed ${seed} has no checkpoint of its best epoch so far, epoch ${best.epoch}: ${messageOf(error).replace(/\.$/, '')}. ` +
      'The next epoch with a higher validation accuracy will have one.'
    );
  }
}

function requireSameBackend(before: string, now: string, directory: string): void {
  if (before === now) return;
  throw new UserError(
    'checkpoint',
    `${directory}: was trained with backend ${before}, and ${now} would not go on with the same numbers. ` +
      `Add --backend ${before}, or train it anew in another folder with --out.`,
  );
}

/** @throws UserError `config` which names what differs */
export async function requireSameConfig(directory: string, config: RunConfig): Promise<void> {
  const differences = configDifferences(await readRunConfig(directory), config);
  if (differences.length === 0) return;
  throw new UserError(
    'config',
    [
      `${directory}: cannot be resumed, the configuration is another one than in ${runPaths(directory).config}:`,
      ...differences.map((difference) => `  ${difference}`),
      'Undo these changes, or train the new configuration under another name (--set name=…) or folder (--out).',
    ].join('\n'),
  );
}
