import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

import type { Engine } from '../engine.js';
import { PortableEngine } from './engine.js';

/** Starts the plain JavaScript backend: slow, for small checks only. */
export async function openCpu(): Promise<Engine> {
  // Keeps tfjs from advising to install its native backend, which is `tensorflow` here.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const library = `tfjs-backend-cpu ${version_cpu}`;
  const info = { backend: 'cpu', library, devices: ['CPU'], usesGpu: false, precision: 'float32' } as const;
  return new PortableEngine(info);
}
