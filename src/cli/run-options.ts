import { z } from 'zod';

import { BACKEND_NAMES } from '../config/index.js';
import { flagOption, optionTexts } from '../support/options.js';
import { dataDirOption, jsonOption, mirrorOption, programOptionsSchema, setOption } from './options.js';

/** Whether seeds are in range and distinct is for the configuration to say. */
const seed = z.string().regex(/^\d+$/).transform(Number);

const share = z.string().trim().min(1).transform(Number).pipe(z.number().min(0).max(1));

/** The options of `gan-bench run`. */
export const runOptionsSchema = z.strictObject({
  set: setOption('override a key'),
  seed: z.array(seed).default([]).register(optionTexts, {
    flags: '--seed <n>',
    help: 'run this seed instead of the configured ones',
    allowed: 'a whole number from 0 on, such as 42',
    repeatable: true,
  }),
  backend: z
    .enum(BACKEND_NAMES)
    .optional()
    .register(optionTexts, {
      flags: '--backend <name>',
      help: `engine that computes: ${BACKEND_NAMES.join(', ')}`,
      allowed: BACKEND_NAMES.join(', '),
      words: BACKEND_NAMES,
    }),
  requireGpu: flagOption('--require-gpu', 'refuse to run without a GPU'),
  dataDir: dataDirOption(),
  mirror: mirrorOption(),
  out: z.string().optional().register(optionTexts, {
    flags: '--out <path>',
    help: 'the folder for results (default: the key output, results)',
  }),
  resume: flagOption('--resume', 'go on from the newest checkpoint; finished seeds are left alone'),
  offline: flagOption('--offline', 'never download a data set'),
  minAccuracy: share.optional().register(optionTexts, {
    flags: '--min-accuracy <share>',
    help: 'end with 1 when the last test accuracy of a seed is below, for CI',
    allowed: 'a number from 0 to 1, such as 0.04',
  }),
  quiet: flagOption('--quiet', 'show no progress'),
  json: jsonOption('the summary'),
});

/** With those of the program. */
export const allRunOptionsSchema = runOptionsSchema.extend(programOptionsSchema.shape);

export type RunOptions = z.output<typeof allRunOptionsSchema>;
