import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { hasBfloat16 } from '../../src/tensor/tensorflow/kernel-library.js';
import type { NativeStatus } from '../../src/tensor/tensorflow/native-probe.js';
import { contenderOf } from './contenders.js';
import type { ContenderName, Need } from './contenders.js';

/** Who can run here, in the same order. */
export interface Attendance {
  readonly contenders: readonly ContenderName[];
  /** Why the others cannot, one line for each cause. */
  readonly notes: readonly string[];
}

/** Leaves out those that need what this machine does not have. */
export async function attendance(
  contenders: readonly ContenderName[],
  obstacles: Readonly<Record<Need, () => Promise<string | undefined>>>,
): Promise<Attendance> {
  const needs = new Set(contenders.flatMap((name) => contenderOf(name).needs ?? []));
  const notes = new Map<Need, string>();
  for (const need of needs) {
    const obstacle = await obstacles[need]();
    if (obstacle !== undefined) notes.set(need, obstacle);
  }
  const canRun = (name: ContenderName): boolean => {
    const { needs: need } = contenderOf(name);
    return need === undefined || !notes.has(need);
  };
  return { contenders: contenders.filter(canRun), notes: [...notes.values()] };
}

/** Why that interpreter cannot run PyTorch; undefined when it can. */
export async function torchObstacle(python: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(python, ['-c', 'import numpy, torch']);
    return undefined;
  } catch (error) {
    const lines = error instanceof Error ? error.message.trim().split('\n') : [];
    const reason = lines.at(-1) ?? 'it cannot be started';
    return (
      `${python} has no PyTorch (${reason}). Its part is left out; ` +
      '--python or GAN_BENCH_PYTHON names another interpreter.'
    );
  }
}

/** Why the native engine cannot compute in bfloat16 on this machine; undefined when it can. */
export function bfloat16Obstacle(status: NativeStatus): string | undefined {
  // The contenders that need no bfloat16 need the library too, and say what is wrong with it.
  if (status.state === 'unusable') return undefined;
  const { kernels } = status;
  if (hasBfloat16(kernels)) return undefined;
  const reason = kernels.state === 'ready' ? `they are for ${kernels.variant}` : kernels.reason;
  return (
    `gan-bench has no bfloat16 kernels here: ${reason.replace(/\.?$/, '.')} Its part in bfloat16 is left out; ` +
    "PyTorch's is compared with gan-bench in float32."
  );
}
