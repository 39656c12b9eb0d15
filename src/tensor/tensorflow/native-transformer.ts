import type {
  LayerNorm,
  LayerNormGradients,
  Linear,
  LinearGradients,
  Precision,
  Saving,
  Tensor,
} from '../engine.js';
import { isPacked, LANES, missingOutput } from './native-call.js';
import type { NativeCall } from './native-call.js';

/** The operations of Vision Transformers (kernels/linear.h, layer_norm.h, attention.h). */
export class NativeTransformer {
  readonly #call: NativeCall;
  readonly #precision: Precision;

  constructor(call: NativeCall, precision: Precision) {
    this.#call = call;
    this.#precision = precision;
  }

  /** Whether the kernels can compute a linear map: channels in whole vectors. */
  supportsLinear({ x, weights: { kernel, bias } }: Linear): boolean {
    return [kernel.size / bias.size, bias.size].every(inVectors) && lastLength(x) === kernel.size / bias.size;
  }

  supportsNorm({ x }: LayerNorm): boolean {
    return !isPacked(x) && inVectors(lastLength(x));
  }

  supportsAttention(qkv: Tensor, heads: number): boolean {
    return inVectors(lastLength(qkv) / 3 / heads);
  }

  linear({ x, weights: { kernel, bias }, after }: Linear): Saving {
    const gelu = after === 'gelu';
    const addend = after === undefined || gelu ? undefined : after.addend;
    const [output, before] = this.#call.run(
      'GanBenchLinear',
      [
        ...this.#call.types({ T: x }),
        this.#call.type('Tout', isPacked(x) && addend === undefined),
        this.#call.flag('gelu', gelu),
      ],
      [x, kernel, bias, addend],
      2,
    );
    if (!output || !before) throw missingOutput();
    if (gelu) return { output, saved: [before] };
    before.dispose();
    return { output, saved: [] };
  }

  linearGradient(
    dy: Tensor,
    { x, weights: { kernel } }: Linear,
    { saved: [before] }: Saving,
    needed: boolean,
  ): LinearGradients {
    const [dx, dkernel, dbias] = this.#call.run(
      'GanBenchLinearGradient',
      [...this.#call.types({ T: x, Tdy: dy, Tbefore: before }), this.#call.flag('wanted', needed)],
      [x, kernel, dy, before],
      3,
    );
    if (!dx || !dkernel || !dbias) throw missingOutput();
    if (!needed) dx.dispose();
    return { x: needed ? dx : undefined, kernel: dkernel, bias: dbias };
  }

  /** Saves mean and one over the standard deviation of each row, [rows, 2]. */
  layerNorm({ x, scale, offset, epsilon, exact }: LayerNorm): Saving {
    const packed = this.#precision === 'bfloat16' && !exact;
    const [output, statistics] = this.#call.run(
      'GanBenchLayerNorm',
      [this.#call.type('T', packed), this.#call.float('epsilon', epsilon)],
      [x, scale, offset],
      2,
    );
    if (!output || !statistics) throw missingOutput();
    return { output, saved: [statistics] };
  }

  layerNormGradient(
    dy: Tensor,
    { x, scale, epsilon }: LayerNorm,
    { saved: [statistics] }: Saving,
    addend: Tensor | undefined,
  ): LayerNormGradients {
    const [dx, dscale, doffset] = this.#call.run(
      'GanBenchLayerNormGradient',
      [...this.#call.types({ T: dy }), this.#call.float('epsilon', epsilon)],
      [dy, x, scale, statistics, addend],
      3,
    );
    if (!dx || !dscale || !doffset) throw missingOutput();
    return { x: dx, scale: dscale, offset: doffset };
  }

  /** Saves the logarithms of softmax's denominators, [N, heads, T]. */
  attention(qkv: Tensor, heads: number): Saving {
    const [output, sums] = this.#call.run(
      'GanBenchAttention',
      [...this.#call.types({ T: qkv }), this.#call.integer('heads', heads)],
      [qkv],
      2,
    );
    if (!output || !sums) throw missingOutput();
    return { output, saved: [sums] };
  }

  attentionGradient(dy: Tensor, qkv: Tensor, { saved: [sums] }: Saving, heads: number): Tensor {
    const attributes = [...this.#call.types({ T: dy }), this.#call.integer('heads', heads)];
    return this.#call.one('GanBenchAttentionGradient', attributes, [dy, qkv, sums]);
  }
}

function lastLength(x: Tensor): number {
  const length = x.shape.at(-1) ?? 1;
  return isPacked(x) ? 2 * length : length;
}

function inVectors(channels: number): boolean {
  return Number.isInteger(channels / LANES) && channels > 0;
}
