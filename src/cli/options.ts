import { z } from 'zod';

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
