import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { packageFolder } from '../../src/cli/node-version.js';
import type { ModelName } from '../../src/models/registry.js';
import type { ChildWorkload } from './child.js';

export const PRECISIONS = ['float32', 'bfloat16'] as const;
export type Precision = (typeof PRECISIONS)[number];

interface Contender {
  readonly precision: Precision;
  /** The program that runs it in Node, or PyTorch's mode. */
  readonly runs:
    { readonly node: 'ours' | 'layers'; readonly optimizer: string } | { readonly torch: TorchMode };
}

type TorchMode = 'eager' | 'compile';

/** Whose step time the ratios are relative to: the same optimizer as PyTorch's, without a gradient transform. */
export const BASELINE = 'gan-bench-adamw';

/** Every contender by name, in the order of a round. */
const CONTENDERS = {
  [BASELINE]: { precision: 'float32', runs: { node: 'ours', optimizer: 'adamw' } },
  'gan-bench-gan': { precision: 'float32', runs: { node: 'ours', optimizer: 'gan' } },
  'torch-eager': { precision: 'float32', runs: { torch: 'eager' } },
  'torch-compile': { precision: 'float32', runs: { torch: 'compile' } },
  'torch-eager-bfloat16': { precision: 'bfloat16', runs: { torch: 'eager' } },
  'torch-compile-bfloat16': { precision: 'bfloat16', runs: { torch: 'compile' } },
  'tfjs-layers': { precision: 'float32', runs: { node: 'layers', optimizer: 'adam' } },
} as const satisfies Record<string, Contender>;

export type ContenderName = keyof typeof CONTENDERS;

export const CONTENDER_NAMES = [
  BASELINE,
  'gan-bench-gan',
  'torch-eager',
  'torch-compile',
  'torch-eager-bfloat16',
  'torch-compile-bfloat16',
  'tfjs-layers',
] as const satisfies readonly ContenderName[];

export function precisionOf(name: ContenderName): Precision {
  return CONTENDERS[name].precision;
}

export function needsTorch(name: ContenderName): boolean {
  return 'torch' in CONTENDERS[name].runs;
}

/** What starts a contender. */
export interface ContenderCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** @param python the interpreter that has PyTorch */
export function commandOf(
  name: ContenderName,
  { model, batchSize }: { readonly model: ModelName; readonly batchSize: number },
  python: string,
): ContenderCommand {
  const { precision, runs } = CONTENDERS[name];
  if ('node' in runs) {
    const workload: ChildWorkload = { model, batchSize, optimizer: runs.optimizer };
    const program = fileURLToPath(new URL(`./${runs.node}.js`, import.meta.url));
    return { file: process.execPath, args: [program, JSON.stringify(workload)] };
  }
  const program = path.join(packageFolder(), 'scripts', 'bench-peers', 'pytorch.py');
  const what = ['--model', model, '--batch-size', String(batchSize)];
  return { file: python, args: [program, ...what, '--mode', runs.torch, '--precision', precision] };
}

/** Why that interpreter cannot run PyTorch; undefined when it can. */
export async function torchObstacle(python: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(python, ['-c', 'import numpy, torch']);
    return undefined;
  } catch (error) {
    const lines = error instanceof Error ? error.message.trim().split('\n') : [];
    return lines.at(-1) ?? 'it cannot be started';
  }
}
