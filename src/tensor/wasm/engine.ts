import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionGeometry, Engine, FeatureTensors, Tensor } from '../engine.js';
import type { BatchNormGradient, BatchNormResult, ChannelStatistics } from '../portable/parts.js';
import { PortableEngine } from '../portable/engine.js';
import { convolve, inputGradient, kernelGradient } from './convolve.js';
import { batchNorm, batchNormGradient, channelSum, mask, normalize } from './normalization.js';
import { globalAveragePoolGradient, maxPoolGradient, subsample, subsampleGradient } from './pixels.js';
import type { Runtime } from './runtime.js';
import { startRuntime } from './start.js';

/** Starts the WebAssembly backend: no native code, on every machine that runs Node. */
export async function openWasm(): Promise<Engine> {
  const runtime = await startRuntime();
  await tf.setBackend('wasm');
  return new WasmEngine(runtime);
}

/** tfjs's backend, with kernels of our own for what takes the time in a training step. */
class WasmEngine extends PortableEngine {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    const library = `tfjs-backend-wasm ${version_wasm}`;
    super({ backend: 'wasm', library, devices: ['CPU'], usesGpu: false, precision: 'float32' });
    this.#runtime = runtime;
  }

  override conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
    return convolve(this.#runtime, x, kernel, geometry);
  }

  override conv2dInputGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor {
    return inputGradient(this.#runtime, dy, kernel, x, geometry);
  }

  override conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    geometry: ConvolutionGeometry,
  ): Tensor {
    return kernelGradient(this.#runtime, dy, kernel, x, geometry);
  }

  override batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult {
    return batchNorm(this.#runtime, x, scale, offset, epsilon);
  }

  override batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
  ): BatchNormGradient {
    return batchNormGradient(this.#runtime, dy, x, scale, saved);
  }

  override normalize(x: Tensor, channels: ChannelStatistics, epsilon: number): Tensor {
    return normalize(this.#runtime, x, channels, epsilon);
  }

  override reluGradient(dy: Tensor, y: Tensor): Tensor {
    return mask(this.#runtime, dy, y);
  }

  /** The backend's MaxPoolGrad loses windows without a positive element, and of a tie it picks the last. */
  override maxPoolGradient(dy: Tensor, x: FeatureTensors, y: Tensor): Tensor {
    return maxPoolGradient(this.#runtime, dy, this.materialize(x), y);
  }

  override subsample(x: Tensor, channels: number): Tensor {
    return subsample(this.#runtime, x, channels);
  }

  override subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    return subsampleGradient(this.#runtime, dy, x);
  }

  override globalAveragePoolGradient(dy: Tensor, { values: x }: FeatureTensors): Tensor {
    return globalAveragePoolGradient(this.#runtime, dy, x);
  }

  protected override channelSum(x: Tensor): Tensor {
    return channelSum(this.#runtime, x);
  }
}
