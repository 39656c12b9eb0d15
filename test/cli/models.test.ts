import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { modelsCommand } from '../../src/cli/models.js';
import { capturePrinted, type Printed } from './printed.js';

let printed: Printed;
beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function run(...args: string[]): Promise<void> {
  await modelsCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(args, { from: 'user' });
}

const tensor = z.object({ name: z.string(), shape: z.array(z.int()) });
const models = z.array(
  z.object({
    ...{ name: z.string(), parameters: z.int(), eligibleTensors: z.int(), eligibleParameters: z.int() },
    ...{ tensors: z.array(tensor), buffers: z.array(tensor) },
  }),
);

describe('gan-bench models', () => {
  it('prints one aligned row for each model, below a header', async () => {
    await run();
    const lines = printed.out.trimEnd().split('\n');
    expect(lines).toHaveLength(12);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[1]).toMatch(/^resnet20 +275,572 +20 +274,096$/);
    // Matrices: those of the blocks 12 · 12 · 192², of the patches 48 · 192, of the head 192 · 100, positions 65 · 192.
    expect(lines[10]).toMatch(/^vit-tiny +5,380,132 +51 +5,349,312$/);
  });

  it('counts what it lists: a ResNet-20 for ten classes has the 269,722 parameters of its paper', async () => {
    await run('--classes', '10', '--json');
    const found = models.parse(JSON.parse(printed.out));
    const resnet20 = found.find(({ name }) => name === 'resnet20');
    // He et al. 2015, table 6: 0.27M. Convolutions 3·9·16 + 6·16²·9 + 16·32·9 + 5·32²·9 + 32·64·9 + 5·64²·9 = 267,696
    // and the head's 640 are eligible; 688 batch norm scales, as many offsets, and 10 biases are not.
    expect(resnet20).toMatchObject({ parameters: 269_722, eligibleTensors: 20, eligibleParameters: 268_336 });
    expect(resnet20?.buffers).toHaveLength(2 * 19);
  });

  it.each(['0', '-1', '1.5', 'ten', '100000'])('refuses %s classes', async (classes) => {
    await expect(run('--classes', classes)).rejects.toThrow(
      `--classes: found "${classes}"; allowed: a whole number from 1 to 99999`,
    );
    expect(printed.out).toBe('');
  });
});
