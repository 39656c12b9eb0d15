import type { EngineInfo, Tensor } from '../engine.js';
import { PortableEngine } from '../portable/engine.js';
import type { Failure } from './device.js';

/** tfjs's WebGPU backend on Dawn. */
export class WebGpuEngine extends PortableEngine {
  readonly #failure: Failure;

  constructor(info: EngineInfo, failure: Failure) {
    super(info);
    this.#failure = failure;
  }

  override async read(x: Tensor): Promise<Float32Array> {
    return await this.#failure.during(super.read(x));
  }

  override scope<T extends { readonly keep: readonly Tensor[] }>(block: () => T): T {
    this.#failure.check();
    return super.scope(block);
  }
}
