import type { NativeStatus } from '../../src/tensor/tensorflow/native-probe.js';

/** What is told of a library that loads, with kernels. */
export const readyStatus = {
  state: 'ready',
  version: '2.21.0',
  devices: ['CPU: Test'],
  usesGpu: false,
  kernels: { state: 'ready', variant: 'avx2' },
} satisfies NativeStatus;
