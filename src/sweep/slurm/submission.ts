import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { UserError } from '../../errors.js';
import { hasCode, readError, readJsonIfPresent, toJsonText, writeAtomically } from '../../record/files.js';

/*
 * A submission is a numbered folder below the sweep's, slurm/<n>/, with what was submitted: the frozen members, the
 * scripts, the logs and submission.json. That is written before anything is submitted, with names that no other job
 * has. So SLURM can be asked for its jobs by name, even where the command was killed before it learned their numbers, or
 * where somebody submitted the scripts by hand.
 */

/** In the lists of a shell and of squeue a name stands as it is. */
const jobName = z.string().regex(/^[\w.-]{1,200}$/);
const jobSchema = z.object({
  /** The batch script, in the submission's folder. */
  script: z.string(),
  name: jobName,
  /** As SLURM numbered it; null when that is not known. */
  job: z
    .string()
    .regex(/^\d{1,20}$/)
    .nullable(),
});
const submissionSchema = z.object({
  version: z.literal(1),
  submittedAt: z.iso.datetime(),
  /** The keys of the members of each array, in the order of its tasks. */
  arrays: z.array(jobSchema.extend({ members: z.array(z.string()) })),
  /** The job after all others, which writes the summaries. */
  summaries: jobSchema,
});

/** submission.json: what was submitted together. */
export type Submission = z.infer<typeof submissionSchema>;

/** Where the submissions of a sweep are. @param sweep - The sweep's folder. */
export function submissionsDirectory(sweep: string): string {
  return join(sweep, 'slurm');
}

/** The folder of a submission. */
export function submissionDirectory(sweep: string, number: number): string {
  return join(submissionsDirectory(sweep), String(number));
}

export function submissionFile(directory: string): string {
  return join(directory, 'submission.json');
}

/** The numbers of the submissions of a sweep, ascending. @throws UserError `io` */
export async function submissionNumbers(sweep: string): Promise<number[]> {
  const directory = submissionsDirectory(sweep);
  try {
    const names = (await readdir(directory)).filter((name) => /^[1-9]\d{0,8}$/.test(name));
    return names.map(Number).sort((a, b) => a - b);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw readError(directory, error);
  }
}

/**
 * All submissions of a sweep, the oldest first. A folder without a submission.json is of a command that was ended before
 * it submitted anything.
 * @throws UserError `io` naming the file that is damaged or cannot be read
 */
export async function readSubmissions(sweep: string): Promise<Submission[]> {
  const submissions: Submission[] = [];
  for (const number of await submissionNumbers(sweep)) {
    const file = submissionFile(submissionDirectory(sweep, number));
    const value = await readJsonIfPresent(file);
    if (value === undefined) continue;
    const parsed = submissionSchema.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new UserError(
        'io',
        `${file}: is damaged at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}. Put it back as it was; or, when ` +
          'none of its jobs is left in the queue, delete it.',
      );
    }
    submissions.push(parsed.data);
  }
  return submissions;
}

/** @throws UserError `io` */
export async function writeSubmission(directory: string, submission: Submission): Promise<void> {
  await writeAtomically(submissionFile(directory), toJsonText(submission));
}
