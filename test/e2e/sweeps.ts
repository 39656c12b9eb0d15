import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { probeNative } from '../../src/tensor/tensorflow/native-probe.js';

/** The faster of the engines that are there. */
const backend = (await probeNative()).state === 'ready' ? 'tensorflow' : 'wasm';

/** A sweep of two configurations, each with two seeds of two epochs of three steps. */
export const toySweep = {
  name: 'toy',
  base: {
    model: 'resnet20',
    dataset: { name: 'cifar100-mini', trainSamples: 6, testSamples: 2 },
    schedule: { warmupEpochs: 1, decay: 'constant' },
    ...{ epochs: 2, batchSize: 2, evalBatchSize: 2, backend },
    log: { everySteps: 1 },
    checkpoint: { initial: true },
  },
  grid: { optimizer: ['adamw', 'gan'] },
  seeds: [1, 2],
};

export const toyMembers = ['adamw/seed-1', 'adamw/seed-2', 'gan/seed-1', 'gan/seed-2'];

/** Writes the sweep, with these keys changed; returns its path. */
export async function writeSweep(folder: string, changes: object = {}): Promise<string> {
  const file = path.join(folder, 'toy.json');
  await writeFile(file, JSON.stringify({ ...toySweep, ...changes }));
  return file;
}

/** The numbers of the processes that have a text among their arguments. */
export async function processesWith(text: string): Promise<number[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const number of numbers) {
    const command = await readFile(`/proc/${number}/cmdline`, 'utf8').catch(() => '');
    if (command.split('\0').some((word) => word.includes(text))) found.push(Number(number));
  }
  return found;
}

/** What processes that were killed may leave below a folder, and must not. */
export async function leftovers(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /tmp$|unfinished|run\.lock/.test(name));
}
