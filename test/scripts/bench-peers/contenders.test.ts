import { describe, expect, it } from 'vitest';

import { contenderOf, CONTENDER_NAMES, contendersFor } from '../../../scripts/bench-peers/contenders.js';

describe('the contenders', () => {
  it('all train ResNets; tfjs-layers, which has no attention, trains no Vision Transformer', () => {
    expect(contendersFor('resnet20', CONTENDER_NAMES)).toEqual(CONTENDER_NAMES);
    expect(CONTENDER_NAMES).toContain('tfjs-layers');
    expect(contendersFor('vit-small', CONTENDER_NAMES)).toEqual(
      CONTENDER_NAMES.filter((name) => name !== 'tfjs-layers'),
    );
  });

  it('of PyTorch that are tuned are told so, and given an environment', () => {
    const task = { model: 'vit-tiny', batchSize: 128, python: 'python3' } as const;
    const plain = contenderOf('torch-compile-bfloat16').command(task);
    const tuned = contenderOf('torch-compile-bfloat16-tuned').command(task);
    expect(plain.args.slice(1)).toEqual([
      ...['--model', 'vit-tiny', '--batch-size', '128', '--mode', 'compile', '--precision', 'bfloat16'],
    ]);
    expect(plain.env).toEqual({});
    expect(tuned.args).toEqual([...plain.args, '--tuned']);
    expect(Object.keys(tuned.env)).not.toHaveLength(0);
  });
});
