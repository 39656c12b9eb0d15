import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { packageFolder } from '../../src/cli/node-version.js';
import type { ModelName } from '../../src/models/registry.js';
import type { ChildWorkload } from './child.js';

export const PRECISIONS = ['float32', 'bfloat16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What starts a contender. */
export interface ContenderCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Added to its environment. */
  readonly env: Readonly<Record<string, string>>;
}

interface Task {
  readonly model: ModelName;
  readonly batchSize: number;
  /** The interpreter that has PyTorch. */
  readonly python: string;
}

interface Contender {
  readonly precision: Precision;
  readonly needsTorch: boolean;
  readonly command: (task: Task) => ContenderCommand;
}

/** Whose step time the ratios are relative to: the same optimizer as PyTorch's, without a gradient transform. */
export const BASELINE = 'gan-bench-adamw';

/**
 * glibc hands the memory of a large tensor back to the kernel when it is freed, and the next tensor waits for zeroed
 * pages. PyTorch's tuning guide advises another allocator against that; keeping the memory has the same effect.
 */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: '4294967296', MALLOC_TRIM_THRESHOLD_: '8589934592' };

/** Every contender by name, in the order of a round. */
const CONTENDERS = {
  [BASELINE]: inNode('ours', 'adamw'),
  'gan-bench-gan': inNode('ours', 'gan'),
  'torch-eager': inTorch('eager', 'float32'),
  'torch-compile': inTorch('compile', 'float32'),
  'torch-eager-tuned': inTorch('eager', 'float32', KEEP_MEMORY),
  'torch-compile-tuned': inTorch('compile', 'float32', KEEP_MEMORY),
  'torch-eager-bfloat16': inTorch('eager', 'bfloat16'),
  'torch-compile-bfloat16': inTorch('compile', 'bfloat16'),
  'tfjs-layers': inNode('layers', 'adam'),
} as const satisfies Record<string, Contender>;

export type ContenderName = keyof typeof CONTENDERS;

export const CONTENDER_NAMES: readonly ContenderName[] = Object.keys(CONTENDERS).filter(isContenderName);

export function contenderOf(name: ContenderName): Contender {
  return CONTENDERS[name];
}

function isContenderName(name: string): name is ContenderName {
  return Object.hasOwn(CONTENDERS, name);
}

/** A program beside this one, with the workload as its argument. */
function inNode(program: 'ours' | 'layers', optimizer: string): Contender {
  return {
    precision: 'float32',
    needsTorch: false,
    command: ({ model, batchSize }) => {
      const workload: ChildWorkload = { model, batchSize, optimizer };
      const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
      return { file: process.execPath, args: [file, JSON.stringify(workload)], env: {} };
    },
  };
}

function inTorch(
  mode: 'eager' | 'compile',
  precision: Precision,
  env: Record<string, string> = {},
): Contender {
  return {
    precision,
    needsTorch: true,
    command: ({ model, batchSize, python }) => {
      const program = path.join(packageFolder(), 'scripts', 'bench-peers', 'pytorch.py');
      const what = { '--model': model, '--batch-size': String(batchSize), '--mode': mode };
      return { file: python, args: [program, ...Object.entries(what).flat(), '--precision', precision], env };
    },
  };
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
