// What a large study takes to be read and compared: `npm run bench:study -- --help`. Linux only.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { z } from 'zod';

import { medianOf } from '../src/bench/measurement.js';
import { countFrom, optionTexts } from '../src/support/options.js';
import { EPOCHS, makeRun } from './bench-study/made-run.js';
import { readScriptOptions, reportFailure } from './support/script.js';

const MODELS = ['resnet20', 'resnet32', 'resnet56', 'vgg11bn', 'vgg16bn'] as const;
const TRANSFORMS = ['none', 'zscore', 'gan', 'centralize'] as const;
const LEARNING_RATES = [5e-4, 1e-3, 2e-3, 4e-3, 8e-3] as const;
const CONFIGS = MODELS.flatMap((model) =>
  TRANSFORMS.flatMap((gradient) =>
    LEARNING_RATES.map((learningRate) => ({ model, optimizer: { gradient, learningRate } })),
  ),
);

const ASKED = ['--baseline', 'optimizer.gradient=none', '--margin', '0.005'] as const;

/** What is measured, each of a folder of runs. */
const COMMANDS: readonly ((folder: string) => readonly string[])[] = [
  (folder) => ['compare', folder, ...ASKED],
  (folder) => ['report', folder, ...ASKED],
];

const wholeNumber = 'a whole number of at least 1';

const optionsSchema = z.strictObject({
  seeds: countFrom(1)
    .default(10)
    .register(optionTexts, {
      flags: '--seeds <n>',
      help: `runs of each of the ${CONFIGS.length} configurations`,
      allowed: wholeNumber,
    }),
  rounds: countFrom(1).default(5).register(optionTexts, {
    flags: '--rounds <n>',
    help: 'how often each command is measured',
    allowed: wholeNumber,
  }),
});

type Options = z.output<typeof optionsSchema>;

async function main(args: readonly string[]): Promise<void> {
  const options = readScriptOptions(args, optionsSchema, {
    name: 'bench:study',
    description: `Makes up runs of ${EPOCHS} epochs in a temporary folder, and measures the commands that read them.`,
  });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-study-'));
  try {
    await makeStudy(folder, options);
    for (const command of COMMANDS) await report(command(folder), options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function makeStudy(folder: string, { seeds }: Options): Promise<void> {
  for (const [group, config] of CONFIGS.entries()) {
    for (let seed = 1; seed <= seeds; seed++) await makeRun({ folder, group, config, seed });
  }
  console.log(`${CONFIGS.length * seeds} runs of ${EPOCHS} epochs`);
}

/** Prints what each round of a command took, and the medians. */
async function report(args: readonly string[], { rounds }: Options): Promise<void> {
  const all: Taken[] = [];
  for (let round = 0; round < rounds; round++) {
    const taken = await measure(args);
    all.push(taken);
    console.log(`  ${describe(taken)}`);
  }
  const medians = {
    seconds: medianOf(all.map(({ seconds }) => seconds)),
    processorSeconds: medianOf(all.map(({ processorSeconds }) => processorSeconds)),
    peakRssBytes: medianOf(all.map(({ peakRssBytes }) => peakRssBytes)),
  };
  console.log(`${args[0] ?? ''}: ${describe(medians)} (medians)`);
}

const endSchema = z.object({ processorSeconds: z.number(), peakRssBytes: z.number() });

interface Taken extends z.output<typeof endSchema> {
  readonly seconds: number;
}

/** Runs a command in a process of its own. Seconds are from its start to its end, Node's own start among them. */
async function measure(args: readonly string[]): Promise<Taken> {
  const started = performance.now();
  const child = fork(new URL('./bench-study/child.js', import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let end: unknown;
  child.once('message', (message) => (end = message));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`gan-bench ${args.join(' ')} failed`);
  return { seconds: (performance.now() - started) / 1000, ...endSchema.parse(end) };
}

function describe({ seconds, processorSeconds, peakRssBytes }: Taken): string {
  const mebibytes = (peakRssBytes / 2 ** 20).toFixed(0);
  return `${seconds.toFixed(2)} s, ${processorSeconds.toFixed(2)} s of processor time, ${mebibytes} MiB at most`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  reportFailure('bench:study', error);
}
