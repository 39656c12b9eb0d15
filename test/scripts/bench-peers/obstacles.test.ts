import { describe, expect, it, vi } from 'vitest';

import type { ContenderName } from '../../../scripts/bench-peers/contenders.js';
import { attendance, bfloat16Obstacle, torchObstacle } from '../../../scripts/bench-peers/obstacles.js';
import type { KernelStatus } from '../../../src/tensor/tensorflow/kernel-library.js';

const nothing = (): Promise<undefined> => Promise.resolve(undefined);

const wanted: ContenderName[] = [
  ...(['gan-bench-adamw', 'gan-bench-adamw-bfloat16', 'gan-bench-gan-bfloat16'] as const),
  ...(['torch-eager', 'torch-eager-bfloat16', 'tfjs-layers'] as const),
];

describe('who takes part', () => {
  it('is everybody where nothing is missing', async () => {
    const all = await attendance(wanted, { torch: nothing, 'bfloat16-kernels': nothing });
    expect(all).toEqual({ contenders: wanted, notes: [] });
  });

  it('is not who needs PyTorch where there is none', async () => {
    const torch = () => Promise.resolve('no PyTorch');
    const { contenders, notes } = await attendance(wanted, { torch, 'bfloat16-kernels': nothing });
    expect(contenders).toEqual([...wanted.slice(0, 3), 'tfjs-layers']);
    expect(notes).toEqual(['no PyTorch']);
  });

  it('is PyTorch alone in bfloat16 where gan-bench has no kernels for it', async () => {
    const kernels = () => Promise.resolve('no kernels');
    const { contenders, notes } = await attendance(wanted, { torch: nothing, 'bfloat16-kernels': kernels });
    expect(contenders).toEqual(['gan-bench-adamw', ...wanted.slice(3)]);
    expect(notes).toEqual(['no kernels']);
  });

  it('is not asked of who does not need it', async () => {
    const obstacle = vi.fn(nothing);
    await attendance(['gan-bench-adamw'], { torch: obstacle, 'bfloat16-kernels': obstacle });
    expect(obstacle).not.toHaveBeenCalled();
  });
});

describe('an obstacle', () => {
  it('is an interpreter that does not exist', async () => {
    expect(await torchObstacle('/nowhere/python')).toMatch(
      /^\/nowhere\/python has no PyTorch \(.*ENOENT.*\)\. Its part is left out; /,
    );
  });

  it('is that the kernels are for another processor, or missing', () => {
    const withKernels = (kernels: KernelStatus) =>
      bfloat16Obstacle({ state: 'ready', version: '2.21.0', devices: [], usesGpu: false, kernels });
    expect(withKernels({ state: 'ready', variant: 'avx512-bf16' })).toBeUndefined();
    expect(withKernels({ state: 'ready', variant: 'avx2' })).toMatch(
      /^gan-bench has no bfloat16 kernels here: they are for avx2\. Its part in bfloat16 is left out; /,
    );
    expect(
      withKernels({ state: 'missing', reason: 'they are not compiled. Run `gan-bench setup`.' }),
    ).toMatch(/: they are not compiled\. Run `gan-bench setup`\. Its part /);
  });

  it('is not a library that does not load, without which no contender can run', () => {
    expect(bfloat16Obstacle({ state: 'unusable', reason: 'It crashed.' })).toBeUndefined();
  });
});
