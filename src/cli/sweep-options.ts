import { z } from 'zod';

import { flagOption, optionTexts } from '../support/options.js';
import { jsonOption, programOptionsSchema } from './options.js';
import { runOptionsSchema } from './run-options.js';

/** `2`, or `2x1`: two workers, each on one thread. */
const workers = z
  .string()
  .regex(/^[1-9]\d{0,3}(x[1-9]\d{0,3})?$/i)
  .transform((text) => {
    const [count = 1, threads] = text.toLowerCase().split('x').map(Number);
    return { count, threads };
  });

const own = {
  only: z.array(z.string()).default([]).register(optionTexts, {
    flags: '--only <key=value>',
    help: 'only members like this: a key of their configuration, seed or name; several for one key mean any of them',
    repeatable: true,
  }),
  workers: workers.optional().register(optionTexts, {
    flags: '--workers <n>',
    help: 'so many at a time, 2x1 for two on one thread each (default: what the file says)',
    allowed: 'a number from 1 on, such as 2, or with the threads of each, such as 2x1',
  }),
  failFast: flagOption('--fail-fast', 'stop the others, with checkpoints, as soon as a member fails'),
  dryRun: flagOption('--dry-run', 'show how the members stand and what would be done, and do nothing'),
  json: jsonOption('what happens, an event a line, and the answer as the last line,'),
};

/** What a sweep does with its runs is for its file and folders to say. */
const ofRun = runOptionsSchema.omit({ resume: true, minAccuracy: true, json: true });

/** The options of `gan-bench sweep run`. */
export const sweepRunOptionsSchema = z.strictObject({ ...own, ...ofRun.shape });

/** The options of `gan-bench sweep retry`. */
export const sweepRetryOptionsSchema = sweepRunOptionsSchema.omit({ only: true });

const withProgram = sweepRunOptionsSchema.extend(programOptionsSchema.shape);

/** With those of the program; `retry` has no {@link SweepOptions.only}. */
export const allSweepOptionsSchema = withProgram;

export type SweepOptions = z.output<typeof allSweepOptionsSchema>;
