import { z } from 'zod';

import { flagOption, optionTexts } from '../support/options.js';
import { jsonOption, programOptionsSchema, workersOption } from './options.js';
import { runOptionsSchema } from './run-options.js';

const own = {
  only: z.array(z.string()).default([]).register(optionTexts, {
    flags: '--only <key=value>',
    help: 'only members like this: a key of their configuration, seed or name; several for one key mean any of them',
    repeatable: true,
  }),
  workers: workersOption(),
  failFast: flagOption('--fail-fast', 'stop the others, with checkpoints, as soon as a member fails'),
  dryRun: flagOption(
    '--dry-run',
    'show how the members stand, what would be done and what it would take, and do nothing',
  ),
  json: jsonOption('what happens, an event a line, and the answer as the last line,'),
};

/** What a sweep does with its runs is for its file and folders to say. */
const ofRun = runOptionsSchema.omit({ resume: true, minAccuracy: true, json: true });

/** The options of `gan-bench sweep run`. */
export const sweepRunOptionsSchema = z.strictObject({ ...own, ...ofRun.shape });

/** The options of `gan-bench sweep retry`. */
export const sweepRetryOptionsSchema = sweepRunOptionsSchema.omit({ only: true });

/** With those of the program. */
export const allSweepOptionsSchema = sweepRunOptionsSchema.extend(programOptionsSchema.shape);

export type SweepOptions = z.output<typeof allSweepOptionsSchema>;
