import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { packageFolder } from '../../src/support/package.js';
import type { ModelName } from '../../src/models/registry.js';
import type { Precision } from '../../src/tensor/engine.js';
import type { ChildWorkload } from './child.js';

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

/** What not every machine has. */
export type Need = 'torch' | 'bfloat16-kernels';

interface Contender {
  readonly precision: Precision;
  readonly needs?: Need;
  /** Whether its library has what that network is made of; without this it has what all are made of. */
  readonly canTrain?: (model: ModelName) => boolean;
  readonly command: (task: Task) => ContenderCommand;
}

/**
 * Whose step time the ratios of a precision are relative to: the same optimizer as PyTorch's, without a gradient
 * transform.
 */
export const BASELINES = {
  float32: 'gan-bench-adamw',
  bfloat16: 'gan-bench-adamw-bfloat16',
} as const satisfies Record<Precision, string>;

/**
 * glibc hands the memory of a large tensor back to the kernel when it is freed, and the next tensor waits for zeroed
 * pages. PyTorch's tuning guide advises another allocator against that; keeping the memory has the same effect. Huge
 * pages take a fifth off a step of vit-tiny.
 */
const MEMORY = {
  ...{ MALLOC_MMAP_THRESHOLD_: '4294967296', MALLOC_TRIM_THRESHOLD_: '8589934592' },
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
};

/** Every contender by name, in the order of a round. */
const CONTENDERS = {
  [BASELINES.float32]: inNode('ours', 'adamw'),
  'gan-bench-gan': inNode('ours', 'gan'),
  [BASELINES.bfloat16]: inNode('ours', 'adamw', 'bfloat16'),
  'gan-bench-gan-bfloat16': inNode('ours', 'gan', 'bfloat16'),
  'torch-eager': inTorch('eager', 'float32', 'plain'),
  'torch-compile': inTorch('compile', 'float32', 'plain'),
  'torch-eager-tuned': inTorch('eager', 'float32', 'tuned'),
  'torch-compile-tuned': inTorch('compile', 'float32', 'tuned'),
  'torch-eager-bfloat16': inTorch('eager', 'bfloat16', 'plain'),
  'torch-compile-bfloat16': inTorch('compile', 'bfloat16', 'plain'),
  'torch-eager-bfloat16-tuned': inTorch('eager', 'bfloat16', 'tuned'),
  'torch-compile-bfloat16-tuned': inTorch('compile', 'bfloat16', 'tuned'),
  // No stock layer is attention.
  'tfjs-layers': { ...inNode('layers', 'adam'), canTrain: (model) => !model.startsWith('vit') },
} as const satisfies Record<string, Contender>;

export type ContenderName = keyof typeof CONTENDERS;

export const CONTENDER_NAMES: readonly ContenderName[] = Object.keys(CONTENDERS).filter(isContenderName);

export function contenderOf(name: ContenderName): Contender {
  return CONTENDERS[name];
}

/** Those that can train a network, in the same order. */
export function contendersFor(model: ModelName, names: readonly ContenderName[]): ContenderName[] {
  return names.filter((name) => contenderOf(name).canTrain?.(model) ?? true);
}

function isContenderName(name: string): name is ContenderName {
  return Object.hasOwn(CONTENDERS, name);
}

/** A program beside this one, with the workload as its argument. */
function inNode(program: 'ours' | 'layers', optimizer: string, precision: Precision = 'float32'): Contender {
  return {
    precision,
    ...(precision === 'bfloat16' && { needs: 'bfloat16-kernels' }),
    command: ({ model, batchSize }) => {
      const workload: ChildWorkload = { model, batchSize, optimizer, precision };
      const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
      return { file: process.execPath, args: [file, JSON.stringify(workload)], env: {} };
    },
  };
}

/** `tuned` is what a user would write who looks for the fastest: MEMORY, and the program's `--tuned`. */
function inTorch(mode: 'eager' | 'compile', precision: Precision, effort: 'plain' | 'tuned'): Contender {
  return {
    precision,
    needs: 'torch',
    command: ({ model, batchSize, python }) => {
      const program = path.join(packageFolder(), 'scripts', 'bench-peers', 'pytorch.py');
      const what = {
        ...{ '--model': model, '--batch-size': String(batchSize) },
        ...{ '--mode': mode, '--precision': precision },
      };
      const args = [program, ...Object.entries(what).flat()];
      return effort === 'tuned'
        ? { file: python, args: [...args, '--tuned'], env: MEMORY }
        : { file: python, args, env: {} };
    },
  };
}
