import createWabt from 'wabt';

import { channels } from './channels.js';
import { convolution } from './convolution.js';
import { kernelGradient } from './kernel-gradient.js';
import { pad } from './pad.js';
import { schedule } from './schedule.js';

/** Kernels by their place in the table. */
export const KERNELS = [
  ...['pad', 'convolve', 'kernelGradient'],
  ...['sum', 'squares', 'products', 'affine', 'combine', 'mask'],
] as const;
export type KernelName = (typeof KERNELS)[number];

/** Assembles the kernels into a module over a memory that it shares with tfjs and with other threads. */
export async function assemble(): Promise<WebAssembly.Module> {
  const wabt = await createWabt();
  const text = `(module
    (import "env" "memory" (memory 1 65536 shared))
    (type $kernel (func (param $arguments i32) (param $unit i32)))
    (table funcref (elem ${KERNELS.map((name) => `$${name}`).join(' ')}))
    ${[schedule, pad, convolution, kernelGradient, channels].join('\n')})`;
  const parsed = wabt.parseWat('kernels.wat', text, { threads: true, simd: true, bulk_memory: true });
  try {
    return await WebAssembly.compile(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}
