import * as tf from '@tensorflow/tfjs-core';

import { messageOf } from '../../errors.js';
import { loadNativeTensorFlow } from './native.js';
import type { NativeStatus } from './native-probe.js';

// The program that probeNative runs: its answer is the last line of standard output.

function probe(): NativeStatus {
  try {
    const { version, devices, usesGpu, kernels } = loadNativeTensorFlow();
    const [product] = tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).dataSync());
    if (product !== 11) {
      return {
        state: 'unusable',
        reason: `The library computes wrongly: (1, 2)·(3, 4) = ${product ?? 'nothing'}.`,
      };
    }
    return { state: 'ready', version, devices, usesGpu, kernels };
  } catch (error) {
    return { state: 'unusable', reason: messageOf(error) };
  }
}

process.stdout.write(`${JSON.stringify(probe())}\n`);
