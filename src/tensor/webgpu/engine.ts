import type { ConvolutionGeometry, EngineInfo, FeatureTensors, Tensor } from '../engine.js';
import { PortableEngine } from '../portable/engine.js';
import { convolve, inputGradient, kernelGradient } from './convolve.js';
import type { Failure } from './device.js';
import { globalAveragePoolGradient, maxPoolGradient, subsample, subsampleGradient } from './pixels.js';
import type { Programs } from './program.js';

/** tfjs's WebGPU backend on Dawn, with kernels of our own for what takes the time in a training step. */
export class WebGpuEngine extends PortableEngine {
  readonly #failure: Failure;
  readonly #programs: Programs;

  constructor(info: EngineInfo, programs: Programs, failure: Failure) {
    super(info);
    this.#programs = programs;
    this.#failure = failure;
  }

  override async read(x: Tensor): Promise<Float32Array> {
    return await this.#failure.during(super.read(x));
  }

  override scope<T extends { readonly keep: readonly Tensor[] }>(block: () => T): T {
    this.#failure.check();
    return super.scope(block);
  }

  override conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
    return convolve(this.#programs, x, kernel, geometry);
  }

  override conv2dInputGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor {
    return inputGradient(this.#programs, dy, kernel, x, geometry);
  }

  override conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    geometry: ConvolutionGeometry,
  ): Tensor {
    return kernelGradient(this.#programs, dy, kernel, x, geometry);
  }

  /** The backend's MaxPoolGrad gives a tie to several elements. */
  override maxPoolGradient(dy: Tensor, x: FeatureTensors, y: Tensor): Tensor {
    return maxPoolGradient(this.#programs, dy, this.materialize(x), y);
  }

  override subsample(x: Tensor, channels: number): Tensor {
    return subsample(this.#programs, x, channels);
  }

  override subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    return subsampleGradient(this.#programs, dy, x);
  }

  override globalAveragePoolGradient(dy: Tensor, { values: x }: FeatureTensors): Tensor {
    return globalAveragePoolGradient(this.#programs, dy, x);
  }
}
