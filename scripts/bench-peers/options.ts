import { z } from 'zod';

import { batchSizeOption, modelOption } from '../../src/cli/bench-options.js';
import { PRECISIONS } from '../../src/config/index.js';
import { UserError } from '../../src/errors.js';
import { countFrom, optionTexts } from '../../src/support/options.js';
import { readScriptOptions } from '../support/script.js';
import { BASELINES, CONTENDER_NAMES, contenderOf } from './contenders.js';
import type { ContenderName } from './contenders.js';
import { DISTURBANCES } from './disturber.js';

const wholeNumber = 'a whole number of at least 1';

const peersOptionsSchema = z.strictObject({
  model: modelOption,
  batchSize: batchSizeOption,
  rounds: countFrom(1)
    .default(10)
    .register(optionTexts, { flags: '--rounds <n>', help: 'turns of each', allowed: wholeNumber }),
  steps: countFrom(1)
    .default(5)
    .register(optionTexts, { flags: '--steps <n>', help: 'measured steps of a turn', allowed: wholeNumber }),
  warmup: countFrom(1).default(5).register(optionTexts, {
    flags: '--warmup <n>',
    help: 'steps before the first round',
    allowed: wholeNumber,
  }),
  precision: z
    .array(z.enum(PRECISIONS))
    .default([...PRECISIONS])
    .register(optionTexts, {
      flags: '--precision <name...>',
      help: 'contenders of these',
      allowed: PRECISIONS.join(', '),
      words: PRECISIONS,
    }),
  contender: z
    .array(z.enum(CONTENDER_NAMES))
    .default([...CONTENDER_NAMES])
    .register(optionTexts, {
      flags: '--contender <name...>',
      help: 'only these',
      allowed: CONTENDER_NAMES.join(', '),
      words: CONTENDER_NAMES,
    }),
  disturb: z
    .enum(DISTURBANCES)
    .optional()
    .register(optionTexts, {
      flags: '--disturb <kind>',
      help: 'half a core of ours takes this in every other round, to see what each contender loses by it',
      allowed: DISTURBANCES.join(', '),
      words: DISTURBANCES,
    }),
  python: z
    .string()
    .min(1)
    .default(process.env['GAN_BENCH_PYTHON'] ?? 'python3')
    .register(optionTexts, {
      flags: '--python <path>',
      help: 'interpreter that has PyTorch, else $GAN_BENCH_PYTHON',
      allowed: 'a path or the name of a program',
    }),
  out: z
    .string()
    .min(1)
    .default('results/bench-peers')
    .register(optionTexts, { flags: '--out <folder>', help: 'where reports go', allowed: 'a path' }),
});

export type PeersOptions = Omit<z.output<typeof peersOptionsSchema>, 'contender' | 'precision'> & {
  /** Who takes part, the baseline of float32 first. */
  readonly contenders: readonly ContenderName[];
};

/** @throws UserError `usage` naming the option, what was found and what is allowed */
export function parsePeersOptions(args: readonly string[]): PeersOptions {
  const { contender, precision, ...options } = readScriptOptions(args, peersOptionsSchema, {
    name: 'bench:peers',
    description: 'Compares the training step with PyTorch and tfjs-layers, taking turns on this machine.',
  });
  if (options.disturb !== undefined && options.rounds < 2)
    throw new UserError(
      'usage',
      `--rounds: found ${options.rounds}; allowed: at least 2 with --disturb, which is of every other round`,
    );
  const chosen = contender.filter((name) => precision.includes(contenderOf(name).precision));
  // Those of bfloat16 are also compared across precisions, so float32's baseline is never left out.
  const baselines = [BASELINES.float32, ...chosen.map((name) => BASELINES[contenderOf(name).precision])];
  const takesPart = new Set<ContenderName>([...baselines, ...chosen]);
  return { ...options, contenders: CONTENDER_NAMES.filter((name) => takesPart.has(name)) };
}
