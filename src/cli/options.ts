import { z } from 'zod';

import { BACKEND_NAMES } from '../config/index.js';
import { flagOption, optionTexts } from '../support/options.js';

/** Options of the program itself, which every command has. */
export const programOptionsSchema = z.strictObject({
  debug: flagOption('--debug', 'show where an error came from'),
});

/** The answer for a program. @param what - What is printed. */
export function jsonOption(what: string) {
  return flagOption('--json', `print ${what} as JSON`);
}

/** Overrides of configuration keys; what they may be is for the configuration to say. */
export function setOption(help: string) {
  return z
    .array(z.string())
    .default([])
    .register(optionTexts, { flags: '--set <key=value>', help, repeatable: true });
}

/** The folder of the data sets; undefined leaves it to the environment. */
export function dataDirOption() {
  return z.string().optional().register(optionTexts, {
    flags: '--data-dir <path>',
    help: 'the data folder (default: $GAN_BENCH_DATA, else data/)',
  });
}

/** Where to download data sets from in place of their home. */
export function mirrorOption() {
  return z.string().optional().register(optionTexts, {
    flags: '--mirror <url>',
    help: 'download from here: the address of a folder, or of the .tar.gz itself',
  });
}

/** Seeds in place of those of a file; whether they are in range and distinct is for the configuration to say. */
export function seedOption(help: string) {
  const seed = z.string().regex(/^\d+$/).transform(Number);
  return z.array(seed).default([]).register(optionTexts, {
    flags: '--seed <n>',
    help,
    allowed: 'a whole number from 0 on, such as 42',
    repeatable: true,
  });
}

/** The engine in place of the one that a file asks for. */
export function backendOption() {
  return z
    .enum(BACKEND_NAMES)
    .optional()
    .register(optionTexts, {
      flags: '--backend <name>',
      help: `engine that computes: ${BACKEND_NAMES.join(', ')}`,
      allowed: BACKEND_NAMES.join(', '),
      words: BACKEND_NAMES,
    });
}

/** How many runs are made at once, each on how many threads; undefined leaves that to the file. */
export function workersOption() {
  return z
    .string()
    .regex(/^[1-9]\d{0,3}(x[1-9]\d{0,3})?$/i)
    .transform((text) => {
      const [count = 1, threads] = text.toLowerCase().split('x').map(Number);
      return { count, threads };
    })
    .optional()
    .register(optionTexts, {
      flags: '--workers <n>',
      help: 'so many at a time, 2x1 for two on one thread each (default: what the file says)',
      allowed: 'a number from 1 on, such as 2, or with the threads of each, such as 2x1',
    });
}
