import { describe, expect, it } from 'vitest';

import { setLibraryEnvironment } from '../../../src/tensor/tensorflow/environment.js';

describe('what TensorFlow reads from the environment', () => {
  it('is set', () => {
    const env = { PATH: '/bin' };
    setLibraryEnvironment(env);
    expect(env).toEqual({
      PATH: '/bin',
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_ENABLE_ONEDNN_OPTS: '1',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      TF_DETERMINISTIC_OPS: '1',
    });
  });

  it('is left alone where the user has set it', () => {
    const set = { TF_CPP_MIN_LOG_LEVEL: '0', TF_ENABLE_ONEDNN_OPTS: '', TF_DETERMINISTIC_OPS: '0' };
    const env = { ...set };
    setLibraryEnvironment(env);
    expect(env).toMatchObject(set);
  });
});
