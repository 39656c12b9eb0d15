import { describe, expect, it } from 'vitest';

import { UserError, type ErrorCode } from '../../src/errors.js';
import { openEngine } from '../../src/tensor/backend.js';
import type { EngineOptions } from '../../src/tensor/backend.js';

describe('openEngine', () => {
  it.each(['wasm', 'cpu'] as const)('starts %s everywhere', async (backend) => {
    const engine = await openEngine({ backend });
    expect(engine.info.backend).toBe(backend);
    expect(engine.info.devices).toEqual(['CPU']);
    expect(engine.info.usesGpu).toBe(false);
  });

  it('auto takes the native library, or wasm where there is none', async () => {
    const engine = await openEngine({ backend: 'auto' });
    expect(['tensorflow', 'wasm']).toContain(engine.info.backend);
  });

  it.each(['webgpu', 'wasm', 'cpu'] as const)(
    'refuses %s in a precision that it does not have',
    async (backend) => {
      const error = await refusal({ backend, precision: 'bfloat16' }, 'config');
      expect(error.message).toContain(
        `precision: "bfloat16" needs backend tensorflow, found backend: "${backend}"`,
      );
    },
  );

  it('with requireGpu refuses a backend without GPU, and says how to get one', async () => {
    const error = await refusal({ backend: 'wasm', requireGpu: true }, 'engine');
    expect(error.message).toContain('--require-gpu');
    expect(error.message).toContain('tfjs-backend-wasm');
    expect(error.message).toContain('gan-bench setup --webgpu');
    expect(error.message).toContain('gan-bench setup --gpu');
  });
});

async function refusal(options: EngineOptions, code: ErrorCode): Promise<UserError> {
  const error: unknown = await openEngine(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  expect(error.code).toBe(code);
  return error;
}
