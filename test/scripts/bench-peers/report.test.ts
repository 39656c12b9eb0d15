import { describe, expect, it } from 'vitest';

import type { ContenderName } from '../../../scripts/bench-peers/contenders.js';
import { markdownOf } from '../../../scripts/bench-peers/markdown.js';
import { reportOf } from '../../../scripts/bench-peers/report.js';
import type { Record } from '../../../scripts/bench-peers/session.js';
import { turn } from './turns.js';

const facts = {
  ...{ command: 'npm run bench:peers --', startedAt: '2026-01-01T00:00:00.000Z' },
  program: { version: '1.0.0', gitCommit: 'abc', gitDirty: true, node: '20.17.0', tfjs: '4.22.0' },
  machine: {
    ...{ platform: 'linux', release: '6', arch: 'x64', cpuModel: 'Some', cpuCores: 2, memoryBytes: 1 },
  },
  ...{ model: 'resnet20', batchSize: 128, rounds: 3, steps: 4, warmup: 5 },
  disturb: null,
};

/** A contender whose step took so many milliseconds in each round. */
function record(name: ContenderName, ...rounds: readonly number[]): Record<ContenderName> {
  return { name, description: 'Library', turns: rounds.map((milliseconds) => turn(milliseconds)) };
}

const float32 = record('gan-bench-adamw', 100, 200, 100);
const eager = record('torch-eager', 150, 160, 160);
const compiled = record('torch-compile-tuned', 110, 240, 120);
const bfloat16 = record('gan-bench-adamw-bfloat16', 50, 80, 100);
const eagerBfloat16 = record('torch-eager-bfloat16', 100, 120, 90);

const everyone = [float32, bfloat16, eager, compiled, eagerBfloat16];

describe('the report', () => {
  it('keeps every step and adds what they come to', () => {
    const { contenders } = reportOf(facts, [float32, eager]);
    expect(contenders.map(({ turns }) => turns)).toEqual([float32.turns, eager.turns]);
    expect(contenders[0]).toMatchObject({ ratios: [1, 1, 1], imagesPerSecond: 1280 });
    expect(contenders[1]).toMatchObject({ ratios: [1.5, 0.8, 1.6], imagesPerSecond: 800 });
  });

  it('compares each with gan-bench in the same precision', () => {
    const { contenders } = reportOf(facts, everyone);
    const compared = contenders.map(({ name, precision, baseline, ratios }) => {
      return [name, precision, baseline, ratios];
    });
    expect(compared).toEqual([
      ['gan-bench-adamw', 'float32', 'gan-bench-adamw', [1, 1, 1]],
      ['gan-bench-adamw-bfloat16', 'bfloat16', 'gan-bench-adamw-bfloat16', [1, 1, 1]],
      ['torch-eager', 'float32', 'gan-bench-adamw', [1.5, 0.8, 1.6]],
      ['torch-compile-tuned', 'float32', 'gan-bench-adamw', [1.1, 1.2, 1.2]],
      ['torch-eager-bfloat16', 'bfloat16', 'gan-bench-adamw-bfloat16', [2, 1.5, 0.9]],
    ]);
  });

  it('compares bfloat16 with float32 where gan-bench has no bfloat16', () => {
    const { contenders, speedUp } = reportOf(facts, [float32, eagerBfloat16]);
    expect(contenders[1]).toMatchObject({ baseline: 'gan-bench-adamw', ratios: [1, 0.6, 0.9] });
    expect(speedUp).toBeNull();
  });

  it('has the gain by bfloat16, pair by pair', () => {
    const { speedUp } = reportOf(facts, everyone);
    expect(speedUp).toMatchObject({
      ...{ of: 'gan-bench-adamw-bfloat16', over: 'gan-bench-adamw', ratios: [2, 2.5, 1] },
      spread: { median: 2, lowerQuartile: 1.5, upperQuartile: 2.25 },
    });
  });

  it("names the peer's variant with the lowest median ratio in each precision", () => {
    expect(reportOf(facts, everyone).bestPeers).toEqual(['torch-compile-tuned', 'torch-eager-bfloat16']);
    expect(reportOf(facts, [float32, bfloat16, eager]).bestPeers).toEqual(['torch-eager']);
    expect(reportOf(facts, [float32, record('tfjs-layers', 300, 300, 300)]).bestPeers).toEqual([]);
  });

  it('cannot do without the baseline', () => {
    expect(() => reportOf(facts, [bfloat16, eager])).toThrow('gan-bench-adamw did not take part');
  });
});

describe('a report of rounds of which every other is disturbed', () => {
  const disturbed = (name: ContenderName, ...rounds: readonly number[]) => {
    const { turns, ...rest } = record(name, ...rounds);
    return { ...rest, turns: turns.map((turn, round) => ({ ...turn, isDisturbed: round % 2 === 1 })) };
  };
  const records = [
    disturbed('gan-bench-adamw', 100, 150, 200, 400),
    disturbed('torch-eager', 110, 132, 220, 264),
  ];
  const report = reportOf({ ...facts, disturb: 'cache' }, records);

  it('compares each with itself, pair by pair, and keeps the two kinds apart', () => {
    expect(report.contenders[0]).toMatchObject({
      ...{ stepMilliseconds: { median: 150 }, ratio: { median: 1 } },
      disturbed: { stepMilliseconds: { median: 275 }, slowdown: { median: 1.75 }, ratio: { median: 1 } },
    });
    expect(report.contenders[1]?.ratio.median).toBeCloseTo(1.1, 12);
    expect(report.contenders[1]?.disturbed?.slowdown.median).toBeCloseTo(1.2, 12);
    // 132 / 150 and 264 / 400.
    expect(report.contenders[1]?.disturbed?.ratio.median).toBeCloseTo((0.88 + 0.66) / 2, 12);
  });

  it('has a table of it', () => {
    expect(markdownOf(report).split('\n')).toContain(
      '| torch-eager | 198.0 | 1.200 (1.200–1.200) | 0.770 (0.715–0.825) |',
    );
  });
});

describe('its Markdown', () => {
  const lines = markdownOf(reportOf(facts, everyone)).split('\n');

  it('starts with the best variants of the peer and the gain by bfloat16', () => {
    expect(lines.slice(2, 6)).toEqual([
      "- The peer's best variant in float32: `torch-compile-tuned`, 1.200 (1.150–1.200) × the step time of `gan-bench-adamw`.",
      "- The peer's best variant in bfloat16: `torch-eager-bfloat16`, 1.500 (1.200–1.750) × the step time of `gan-bench-adamw-bfloat16`.",
      '- `gan-bench-adamw-bfloat16` is 2.000 (1.500–2.250) × as fast as `gan-bench-adamw`.',
      '',
    ]);
    expect(lines).toContain('`npm run bench:peers --`, 2026-01-01T00:00:00.000Z, commit abc with changes.');
  });

  it('shows the medians and every pair', () => {
    expect(lines).toContain(
      '| torch-eager-bfloat16 | 100.0 | 1280 | 1.500 | 1.200–1.750 | gan-bench-adamw-bfloat16 | 1 | 2 | 10 | 0 | Library |',
    );
    // 5 turns of 110 ms for others, of 2 × (5 × 1000 + 200 + 80 + 160 + 240 + 120) ms of processor time.
    expect(lines).toContain(
      '| 2 | 200.0 (1.000) | 80.0 (1.000) | 160.0 (0.800) | 240.0 (1.200) | 120.0 (1.500) | 2.500 | 4.7 % |',
    );
  });

  it('has no headline when gan-bench is alone', () => {
    expect(markdownOf(reportOf(facts, [float32])).split('\n')[2]).toMatch(/^`npm run bench:peers --`/);
  });
});
