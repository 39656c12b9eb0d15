import { describe, expect, it } from 'vitest';

import { benchReportSchema } from '../../src/cli/bench-report.js';
import { ganBench, stackTrace, start } from './support.js';

const tiny = ['--batch-size', '2', '--steps', '1', '--warmup', '0', '--backend', 'wasm'];

describe('gan-bench bench', () => {
  it('prints its measurement as JSON', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--model', 'resnet20', ...tiny, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { engine, rows } = benchReportSchema.parse(JSON.parse(stdout));
    expect(engine.backend).toBe('wasm');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      model: 'resnet20',
      batchSize: 2,
      optimizer: 'gan',
      precision: 'float32',
      steps: 1,
      warmup: 0,
    });
    // The images of two: 2 · 242,456,064 operations.
    expect(rows[0]?.gflopPerStep).toBe(0.484912128);
  });

  it('measures each of several combinations, and says which it is at', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--optimizer', 'adamw', 'clip+sgd', ...tiny]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      '1 of 2: resnet20, batch 2, adamw, float32\n2 of 2: resnet20, batch 2, clip+sgd, float32\n',
    );
    expect(stdout).toMatch(/^resnet20 +2 +adamw +float32 /m);
    expect(stdout).toMatch(/^resnet20 +2 +clip\+sgd +float32 /m);
  });

  it('ends as the process of a combination ends', async () => {
    const args = ['bench', '--optimizer', 'adamw', 'gan', '--precision', 'bfloat16', '--backend', 'wasm'];
    const { code, stdout, stderr } = await ganBench(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error: precision: "bfloat16" needs backend tensorflow');
  });

  it('says in one line that the backend has no bfloat16', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--precision', 'bfloat16', ...tiny]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: precision: "bfloat16" needs backend tensorflow, found backend: "wasm"\..*\n$/,
    );
  });

  it('says in one line that the machine has no bfloat16, and does not go on in float32', async () => {
    const args = ['bench', '--precision', 'bfloat16', '--batch-size', '2', '--steps', '1'];
    const { code, stdout, stderr } = await start(args, { env: { GAN_BENCH_KERNELS: 'off' } }).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n$/);
  });

  it('refuses what it cannot measure', async () => {
    const { code, stdout, stderr } = await ganBench(['bench', '--model', 'lenet']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: --model: found "lenet"; allowed: resnet20, /);
    expect(stderr).not.toMatch(stackTrace);
  });
});
