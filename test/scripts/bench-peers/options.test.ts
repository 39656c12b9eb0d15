import { describe, expect, it } from 'vitest';

import { parsePeersOptions } from '../../../scripts/bench-peers/options.js';

describe('the options of bench:peers', () => {
  it('let everybody take part, the baseline first', () => {
    const { contenders, model, batchSize } = parsePeersOptions([]);
    expect(contenders[0]).toBe('gan-bench-adamw');
    expect(contenders).toHaveLength(13);
    expect({ model, batchSize }).toEqual({ model: ['resnet20'], batchSize: [128] });
  });

  it('never leave the baseline out', () => {
    const args = ['--contender', 'torch-eager', 'torch-eager-bfloat16', '--precision', 'float32'];
    expect(parsePeersOptions(args).contenders).toEqual(['gan-bench-adamw', 'torch-eager']);
  });

  it('bring the baseline of each precision that takes part, and float32 to compare bfloat16 with', () => {
    expect(parsePeersOptions(['--contender', 'torch-compile-bfloat16']).contenders).toEqual([
      ...['gan-bench-adamw', 'gan-bench-adamw-bfloat16', 'torch-compile-bfloat16'],
    ]);
    expect(parsePeersOptions(['--precision', 'bfloat16']).contenders).toEqual([
      ...['gan-bench-adamw', 'gan-bench-adamw-bfloat16', 'gan-bench-gan-bfloat16'],
      ...['torch-eager-bfloat16', 'torch-compile-bfloat16'],
      ...['torch-eager-bfloat16-tuned', 'torch-compile-bfloat16-tuned'],
    ]);
  });

  it.each([
    [['--contender', 'torch-eeger'], /^--contender: found "torch-eeger"; .*did you mean "torch-eager"\?$/],
    [['--rounds', '0'], '--rounds: found "0"; allowed: a whole number of at least 1'],
    [['--precision', 'float16'], /^--precision: found "float16"; allowed: float32, bfloat16/],
    [['--disturb', 'disk'], /^--disturb: found "disk"; allowed: bandwidth, cache, core/],
    [['--disturb', 'core', '--rounds', '1'], '--rounds: found 1; allowed: at least 2 with --disturb'],
    [['--nonsense'], "unknown option '--nonsense'"],
  ])('refuse %j', (args, message) => {
    expect(() => parsePeersOptions(args)).toThrow(message);
  });
});
