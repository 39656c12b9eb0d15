import { UserError } from '../../errors.js';
import type { Engine, Precision } from '../engine.js';
import { KernelEngine } from './kernel-engine.js';
import { hasBfloat16, type KernelStatus } from './kernel-library.js';
import { loadNativeTensorFlow } from './native.js';
import { TensorFlowEngine } from './engine.js';

/**
 * Loads the native library into this process.
 *
 * @throws UserError `engine` when it does not load, or cannot compute in the precision asked for
 */
export function openTensorFlow(precision: Precision): Engine {
  const { version, devices, usesGpu, backend, kernels } = loadNativeTensorFlow();
  if (precision === 'bfloat16') requireBfloat16(kernels);
  const hasKernels = kernels.state === 'ready';
  const library = `TensorFlow ${version}${hasKernels ? ` with kernels for ${kernels.variant}` : ''}`;
  const info = { backend: 'tensorflow', library, devices, usesGpu, precision } as const;
  return hasKernels ? new KernelEngine(info, backend) : new TensorFlowEngine(info, backend);
}

function requireBfloat16(kernels: KernelStatus): void {
  if (hasBfloat16(kernels)) return;
  const reason =
    kernels.state === 'ready'
      ? `the kernels in use are for ${kernels.variant}, and bfloat16 takes a processor with AVX512-BF16`
      : `it takes the kernels, and ${kernels.reason}${kernels.fix === undefined ? '' : ` (${kernels.fix})`}`;
  throw new UserError(
    'engine',
    `precision: "bfloat16" is not to be had here: ${reason}. Use precision: float32; gan-bench doctor says more.`,
  );
}
