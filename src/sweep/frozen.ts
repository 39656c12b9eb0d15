import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LARGEST_SEED, nameSchema, RunConfigSchema } from '../config/index.js';
import { UserError } from '../errors.js';
import { runDirectory } from '../record/directory.js';
import { readError, readJsonIfPresent, reasonOf, toJsonText, writeAtomically } from '../record/files.js';
import { makeFolder } from '../support/folder.js';
import { printable } from '../support/text.js';
import { SweepFileSchema } from './definition.js';
import { FROZEN_NAME } from './parts.js';
import type { Sweep } from './sweep.js';

const VERSION = 1;

const MemberSchema = z.strictObject({
  name: nameSchema,
  seed: z.int().min(0).max(LARGEST_SEED),
  settings: z.array(z.strictObject({ path: z.array(z.string()).min(1), value: z.unknown() })),
  config: RunConfigSchema,
});

const FrozenSchema = z.strictObject({
  version: z.literal(VERSION),
  name: nameSchema,
  file: z.string(),
  /** The sweep's folder, from the one that this file is in: both may be moved together. */
  directory: z.string(),
  definition: SweepFileSchema,
  members: z.array(MemberSchema).min(1),
});

/** Where a sweep's members stand, resolved: in the folder of the sweep. */
export function frozenFile(directory: string): string {
  return join(directory, FROZEN_NAME);
}

/**
 * Writes a sweep with its resolved members into its folder, so that workers take them as they are, whatever becomes of the file.
 * @param frozen - The file that is written.
 * @returns the file
 * @throws UserError `io`
 */
export async function writeFrozen(
  { file, name, directory, definition, members }: Sweep,
  frozen = frozenFile(directory),
): Promise<string> {
  const folder = dirname(frozen);
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new UserError(
      'io',
      `${printable(folder)}: the folder of the sweep could not be made: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
  const kept = members.map(({ name: member, seed, settings, config }) => ({
    name: member,
    seed,
    settings,
    config,
  }));
  const content = {
    version: VERSION,
    name,
    file,
    directory: relative(folder, directory),
    definition,
    members: kept,
  };
  await writeAtomically(frozen, toJsonText(content));
  return frozen;
}

/**
 * Reads what {@link writeFrozen} wrote; the members are where it tells, from the folder that the file is in now.
 * @throws UserError `io` when there is no such file or it is not what a sweep wrote
 */
export async function readFrozen(file: string): Promise<Sweep> {
  const content = await readJsonIfPresent(file);
  if (content === undefined) throw readError(file, new Error('no such file'));
  const result = FrozenSchema.safeParse(content);
  if (!result.success) throw notFrozen(file, result.error.issues[0]);
  const { name, file: origin, directory: place, definition, members } = result.data;
  const directory = join(dirname(file), place);
  return {
    file: origin,
    name,
    directory,
    definition,
    members: members.map((member) => ({
      ...member,
      config: { ...member.config, name: member.name, seeds: [member.seed], output: directory },
      directory: runDirectory(directory, member.name, member.seed),
    })),
  };
}

function notFrozen(file: string, issue: z.core.$ZodIssue | undefined): UserError {
  const reason = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  return readError(
    file,
    new Error(`it is not what a sweep writes${printable(reason)}; run the sweep's file again`),
  );
}
