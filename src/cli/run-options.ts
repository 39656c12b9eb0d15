import { z } from 'zod';

import { flagOption, optionTexts } from '../support/options.js';
import {
  backendOption,
  dataDirOption,
  jsonOption,
  mirrorOption,
  programOptionsSchema,
  seedOption,
  setOption,
} from './options.js';

const share = z.string().trim().min(1).transform(Number).pipe(z.number().min(0).max(1));

/** The options of `gan-bench run`. */
export const runOptionsSchema = z.strictObject({
  set: setOption('override a key'),
  preset: z.string().optional().register(optionTexts, {
    flags: '--preset <name>',
    help: 'a configuration that comes with the program, in place of a file: smoke, resnet56-gan, …',
  }),
  seed: seedOption('run this seed instead of the configured ones'),
  backend: backendOption(),
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
