import { UserError } from '../../errors.js';
import type {
  EngineInfo,
  LayerNorm,
  LayerNormGradients,
  Linear,
  LinearGradients,
  Saving,
  Tensor,
} from '../engine.js';
import { TensorFlowEngine } from './engine.js';
import type { NativeBackend } from './native-backend.js';
import { isPacked, NativeCall } from './native-call.js';
import { NativeTransformer } from './native-transformer.js';

/**
 * The native TensorFlow library with the project's own kernels for Vision Transformers. In bfloat16 the sum that runs through
 * the blocks stays float32; what linear maps multiply, and attention reads and writes, is packed.
 */
export class TransformerEngine extends TensorFlowEngine {
  protected readonly call: NativeCall;
  readonly #transformer: NativeTransformer;

  constructor(info: EngineInfo, backend: NativeBackend) {
    super(info, backend);
    this.call = new NativeCall(backend);
    this.#transformer = new NativeTransformer(this.call, info.precision);
  }

  override linear(linear: Linear): Saving {
    return this.#takesLinear(linear) ? this.#transformer.linear(linear) : super.linear(linear);
  }

  override linearGradient(dy: Tensor, linear: Linear, result: Saving, needed: boolean): LinearGradients {
    return this.#takesLinear(linear)
      ? this.#transformer.linearGradient(dy, linear, result, needed)
      : super.linearGradient(dy, linear, result, needed);
  }

  override layerNorm(norm: LayerNorm): Saving {
    return this.#takesNorm(norm) ? this.#transformer.layerNorm(norm) : super.layerNorm(norm);
  }

  override layerNormGradient(
    dy: Tensor,
    norm: LayerNorm,
    result: Saving,
    addend: Tensor | undefined,
  ): LayerNormGradients {
    return this.#takesNorm(norm)
      ? this.#transformer.layerNormGradient(dy, norm, result, addend)
      : super.layerNormGradient(dy, norm, result, addend);
  }

  override attention(qkv: Tensor, heads: number): Saving {
    return this.#takesAttention(qkv, heads)
      ? this.#transformer.attention(qkv, heads)
      : super.attention(qkv, heads);
  }

  override attentionGradient(dy: Tensor, qkv: Tensor, result: Saving, heads: number): Tensor {
    return this.#takesAttention(qkv, heads)
      ? this.#transformer.attentionGradient(dy, qkv, result, heads)
      : super.attentionGradient(dy, qkv, result, heads);
  }

  /** A head's map of rows that are float32 is computed in float32 in any precision. */
  #takesLinear(linear: Linear): boolean {
    const { kernel } = linear.weights;
    const supported = this.#transformer.supportsLinear(linear);
    return this.#orFloat32(
      supported,
      isPacked(linear.x),
      `a linear map with a kernel [${kernel.shape.join(', ')}]`,
    );
  }

  #takesNorm(norm: LayerNorm): boolean {
    const supported = this.#transformer.supportsNorm(norm);
    return this.#orFloat32(supported, !norm.exact, `layer normalization of ${norm.scale.size} channels`);
  }

  #takesAttention(qkv: Tensor, heads: number): boolean {
    const supported = this.#transformer.supportsAttention(qkv, heads);
    return this.#orFloat32(supported, isPacked(qkv), `attention of ${heads} heads`);
  }

  /** Whether the kernels do it; if not, TensorFlow must, which it can in float32 alone. */
  #orFloat32(supported: boolean, packs: boolean, what: string): boolean {
    if (supported || !packs || this.info.precision === 'float32') return supported;
    throw new UserError(
      'engine',
      `precision: "bfloat16" does not go with ${what}: it takes channels in multiples of 16, of each head too. Use precision: float32.`,
    );
  }
}
