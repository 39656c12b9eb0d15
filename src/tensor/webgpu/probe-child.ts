import * as tf from '@tensorflow/tfjs-core';

import { messageOf } from '../../errors.js';
import { isSoftware } from './adapters.js';
import { openWebGpu } from './open.js';
import type { WebGpuStatus } from './probe.js';

// The program that probeWebGpu runs: its answer is the last line of standard output.

/** What kernels may come to use. */
const FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'];

async function answer(): Promise<WebGpuStatus> {
  try {
    const { engine, device, features, adapters, name } = await openWebGpu();
    const [product] = await engine.read(tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
    if (product !== 11) {
      const found = product ?? 'nothing';
      return { state: 'unusable', reason: `${name} computes wrongly: (1, 2)·(3, 4) = ${found}.` };
    }
    return {
      ...{ state: 'ready', adapters, device: name, isSoftware: isSoftware(name) },
      features: FEATURES.filter((feature) => features.has(feature)),
      largestBuffer: device.limits.maxBufferSize,
    };
  } catch (error) {
    return { state: 'unusable', reason: messageOf(error) };
  }
}

process.stdout.write(`${JSON.stringify(await answer())}\n`);
