import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { packageFolder } from '../../../src/support/package.js';

const script = path.join(packageFolder(), 'scripts', 'gpu-pack', 'gpu-check.sh');

interface Step {
  readonly name: string;
  readonly seconds: number;
}

/** What `gpu-check.sh --list` says of the steps, in order. */
function listed(patterns: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Step[] {
  const text = execFileSync('sh', [script, '--list', ...patterns], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name = '', seconds]) => ({ name, seconds: Number(seconds) }));
}

const names = (...args: Parameters<typeof listed>): string[] => listed(...args).map(({ name }) => name);

describe('the steps of gpu-check.sh', () => {
  it('look at the machine first, then measure, then train and compare', () => {
    const kinds = names().map((name) => name.split('-')[0]);
    expect([...new Set(kinds)]).toEqual([
      ...['environment', 'doctor', 'agreement', 'bench', 'kernels', 'torch', 'train', 'repeat'],
    ]);
    expect(kinds).toEqual([...kinds].sort((a, b) => kinds.indexOf(a) - kinds.indexOf(b)));
  });

  it('measure four networks at two batch sizes, with PyTorch in three ways beside', () => {
    expect(names(['bench-*'])).toEqual(
      ['resnet20', 'resnet56', 'vgg16bn', 'vit-tiny'].flatMap((model) =>
        [128, 1024].map((batch) => `bench-webgpu-${model}-${batch}`),
      ),
    );
    expect(names(['torch-*-resnet20-128'])).toEqual([
      ...['torch-eager-resnet20-128', 'torch-compile-resnet20-128', 'torch-eager-float32-resnet20-128'],
    ]);
  });

  it('train the three optimizers, and one of them again', () => {
    expect(names(['train-*', 'repeat-*'])).toEqual([
      ...['train-webgpu-adamw', 'train-webgpu-zscore', 'train-webgpu-gan'],
      ...['train-webgpu-gan-again', 'repeat-webgpu'],
    ]);
  });

  it('are the same with TensorFlow where a cache for CUDA is named', () => {
    const on = (backend: string, list: readonly string[]) =>
      list.filter((name) => name.includes(`-${backend}`)).map((name) => name.replace(backend, 'X'));
    const all = names([], { GAN_BENCH_CUDA_CACHE: '/opt/cuda' });
    expect(on('tensorflow', all)).toEqual(on('webgpu', all));
    expect(all.slice(0, names().length)).toEqual(names());
  });

  it('all have a limit, which one command of ten minutes holds', () => {
    for (const { seconds } of listed()) {
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(300);
    }
  });

  it('are one network and one small batch when it is to be quick', () => {
    expect(names(['bench-*'], { GPU_CHECK_QUICK: '1' })).toEqual(['bench-webgpu-resnet20-4']);
  });
});
