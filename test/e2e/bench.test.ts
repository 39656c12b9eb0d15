import { describe, expect, it } from 'vitest';

import { benchReportSchema } from '../../src/cli/bench-report.js';
import { ganBench, stackTrace } from './support.js';

const tiny = ['--batch-size', '2', '--steps', '1', '--warmup', '0', '--backend', 'wasm'];

describe('gan-bench bench', () => {
  it('prints its measurement as JSON', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--model', 'resnet20', ...tiny, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { engine, rows } = benchReportSchema.parse(JSON.parse(stdout));
    expect(engine.backend).toBe('wasm');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ model: 'resnet20', batchSize: 2, optimizer: 'gan', steps: 1, warmup: 0 });
    // The images of two: 2 · 242,456,064 operations.
    expect(rows[0]?.gflopPerStep).toBe(0.484912128);
  });

  it('measures each of several combinations, and says which it is at', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--optimizer', 'adamw', 'clip+sgd', ...tiny]);
    expect(code).toBe(0);
    expect(stderr).toBe('1 of 2: resnet20, batch 2, adamw\n2 of 2: resnet20, batch 2, clip+sgd\n');
    expect(stdout).toMatch(/^resnet20 +2 +adamw /m);
    expect(stdout).toMatch(/^resnet20 +2 +clip\+sgd /m);
  });

  it('ends as the process of a combination ends', async () => {
    const args = ['bench', '--optimizer', 'adamw', 'gan', '--backend', 'webgpu'];
    const { code, stdout, stderr } = await ganBench(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error: backend: "webgpu" is not available yet');
  });

  it('refuses what it cannot measure', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--model', 'lenet']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: --model: found "lenet"; allowed: resnet20, /);
    expect(stderr).not.toMatch(stackTrace);
  });
});
