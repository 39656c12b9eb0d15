import * as tf from '@tensorflow/tfjs-core';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js';

// What src/tensor/tensorflow loads: of tfjs-node its backend and kernels, and nothing that loads or downloads an addon.

/** Methods of tensors that some kernels call, and that only the package \@tensorflow/tfjs gives them. */
const chained = {
  toFloat: (x: tf.Tensor) => tf.cast(x, 'float32'),
  toInt: (x: tf.Tensor) => tf.cast(x, 'int32'),
  add: (x: tf.Tensor, y: tf.Tensor) => tf.add(x, y),
  sub: (x: tf.Tensor, y: tf.Tensor) => tf.sub(x, y),
  mul: (x: tf.Tensor, y: tf.Tensor) => tf.mul(x, y),
};

for (const [name, operation] of Object.entries(chained)) {
  if (name in tf.Tensor.prototype) continue;
  Object.defineProperty(tf.Tensor.prototype, name, {
    value: function (this: tf.Tensor, other: tf.Tensor) {
      return operation(this, other);
    },
  });
}

/** Makes TensorFlow tfjs's backend, ahead of all others. */
export function register(binding: ConstructorParameters<typeof NodeJSKernelBackend>[0]): tf.KernelBackend {
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'), 3);
  // It does not wait: the backend is there at once.
  void tf.setBackend('tensorflow');
  return tf.backend();
}
