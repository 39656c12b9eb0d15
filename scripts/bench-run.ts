// Compares whole runs with bare steps, gan with adamw, and watches memory: `npm run bench:run -- --help`. Linux only.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

import { describeMachine } from '../src/record/environment.js';
import { toJsonText, writeAtomically } from '../src/record/files.js';
import { reportFailure, readScriptOptions } from './support/script.js';
import { runOptionsSchema } from './bench-run/options.js';
import type { RunOptions } from './bench-run/options.js';
import { measurePair, watchMemory } from './bench-run/pair.js';
import { describe, growthOf, ratiosOf } from './bench-run/report.js';
import type { Round } from './bench-run/report.js';

async function main(args: readonly string[]): Promise<void> {
  const options = readScriptOptions(args, runOptionsSchema, {
    name: 'bench:run',
    description: 'Compares whole runs with bare steps and gan with adamw, and watches the memory of a run.',
  });
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round++) {
    console.error(`round ${round + 1} of ${options.rounds}`);
    rounds.push(await measureRound(options, round % 2 === 1));
  }
  console.error(`memory over ${options.memoryEpochs} epochs`);
  const epochs = await watchMemory(options);
  const command = ['npm run bench:run --', ...args].join(' ');
  const machine = describeMachine();
  const report = {
    command,
    machine,
    rounds,
    ratios: ratiosOf(rounds),
    memory: { epochs, growth: growthOf(epochs) },
  };
  await mkdir(options.out, { recursive: true });
  await writeAtomically(
    path.join(options.out, `${options.model}-batch-${options.batchSize}.json`),
    toJsonText(report),
  );
  console.log(describe(rounds, epochs));
}

/** Every other round goes backwards, so that a steady drift of the machine favours neither. */
async function measureRound(options: RunOptions, backwards: boolean): Promise<Round> {
  if (backwards) {
    const gan = await measurePair('gan', options);
    return { adamw: await measurePair('adamw', options), gan };
  }
  return { adamw: await measurePair('adamw', options), gan: await measurePair('gan', options) };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  reportFailure('bench:run', error);
}
