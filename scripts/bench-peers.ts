// Compares the training step with its peers: `npm run bench:peers -- --help`.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

import { version_core } from '@tensorflow/tfjs-core';

import { packageFolder, programVersion } from '../src/support/package.js';
import { describeCheckout, describeMachine } from '../src/record/environment.js';
import { toJsonText, writeAtomically } from '../src/record/files.js';
import type { ModelName } from '../src/models/registry.js';
import { probeNative } from '../src/tensor/tensorflow/native-probe.js';
import { contenderOf, contendersFor } from './bench-peers/contenders.js';
import { markdownOf } from './bench-peers/markdown.js';
import { attendance, bfloat16Obstacle, torchObstacle } from './bench-peers/obstacles.js';
import { parsePeersOptions } from './bench-peers/options.js';
import type { PeersOptions } from './bench-peers/options.js';
import { reportOf } from './bench-peers/report.js';
import { runSession } from './bench-peers/session.js';
import { reportFailure } from './support/script.js';

async function main(args: readonly string[]): Promise<void> {
  const options = await withoutMissing(parsePeersOptions(args));
  const command = ['npm run bench:peers --', ...args].join(' ');
  await mkdir(options.out, { recursive: true });
  for (const model of options.model) {
    for (const batchSize of options.batchSize) await compareOne(options, { model, batchSize }, command);
  }
}

/** The options without the contenders that cannot run here. */
async function withoutMissing(options: PeersOptions): Promise<PeersOptions> {
  const { contenders, notes } = await attendance(options.contenders, {
    torch: () => torchObstacle(options.python),
    'bfloat16-kernels': async () => bfloat16Obstacle(await probeNative()),
  });
  for (const note of notes) console.error(`note: ${note}`);
  return { ...options, contenders };
}

async function compareOne(
  { contenders, python, rounds, steps, warmup, disturb, out }: PeersOptions,
  workload: { readonly model: ModelName; readonly batchSize: number },
  command: string,
): Promise<void> {
  const { model, batchSize } = workload;
  const startedAt = new Date().toISOString();
  const commands = new Map(
    contendersFor(model, contenders).map(
      (name) => [name, contenderOf(name).command({ ...workload, python })] as const,
    ),
  );
  const onProgress = (line: string): void => {
    console.error(`${model}, batch ${batchSize}: ${line}`);
  };
  const records = await runSession(commands, {
    rounds,
    steps,
    warmup,
    disturb,
    env: process.env,
    onProgress,
  });
  const program = {
    version: programVersion(),
    ...(await describeCheckout(packageFolder())),
    node: process.versions.node,
    tfjs: version_core,
  };
  const facts = { command, startedAt, program, machine: describeMachine() };
  const report = reportOf(
    { ...facts, model, batchSize, rounds, steps, warmup, disturb: disturb ?? null },
    records,
  );
  const markdown = markdownOf(report);
  const file = path.join(out, `${model}-batch-${batchSize}${disturb === undefined ? '' : `-${disturb}`}`);
  await writeAtomically(`${file}.json`, toJsonText(report));
  await writeAtomically(`${file}.md`, markdown);
  console.log(markdown);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  reportFailure('bench:peers', error);
}
