import type { Engine, LinearWeights, Tensor } from './engine.js';
import { Features } from './features.js';
import type { Tape } from './tape.js';

/** Class token [C], if there is one, and positions [T, C]. */
export interface EmbeddingWeights {
  readonly token?: Tensor | undefined;
  readonly position: Tensor;
}

/** Scale and offset, [C] each. */
export interface NormWeights {
  readonly scale: Tensor;
  readonly offset: Tensor;
}

export interface NormOptions {
  readonly epsilon: number;
  /** Whether the output is float32 in any precision, as for a head. */
  readonly exact?: boolean;
}

/** What becomes of the sum of a linear map. */
export type AfterLinear = 'gelu' | { readonly addend: Features };

/** The differentiable operations of Vision Transformers, on tokens [N, T, C], and what every operation needs. */
export class TransformerOperations {
  protected readonly engine: Engine;
  protected readonly tape: Tape | undefined;

  constructor(engine: Engine, tape?: Tape) {
    this.engine = engine;
    this.tape = tape;
  }

  /** What a network is given, as its layers take it: [N, H, W, C], [N, T, C] or [N, C]. */
  features(values: Tensor): Features {
    return new Features({ values }, lastLength(values.shape));
  }

  /** Features as a tensor, with nothing left to be applied: what a network gives. */
  materialize(x: Features): Tensor {
    const tensors = Features.tensorsOf(x);
    if (tensors.affine === undefined) return tensors.values;
    const y = this.engine.materialize(tensors);
    // The gradient of features is that of what they stand for.
    this.tape?.record(y, [tensors.values], (dy) => [dy.clone()]);
    return y;
  }

  /** Squares of `size` pixels, in rows: [N, H, W, C] → [N, H/size · W/size, size · size · C]. */
  patches(x: Features, size: number): Features {
    const values = this.materialize(x);
    const y = this.engine.patches(values, size);
    this.tape?.record(y, [values], (dy) => [this.engine.patchesGradient(dy, values, size)]);
    return this.features(y);
  }

  /** The class token before the others, and positions on all: [N, T, C] → [N, T or T + 1, C]. */
  embed(x: Features, embedding: EmbeddingWeights): Features {
    const values = this.materialize(x);
    const { token, position } = embedding;
    const y = this.engine.embed(values, embedding);
    this.tape?.record(y, [values, position, ...(token ? [token] : [])], (dy) => {
      const gradients = this.engine.embedGradient(dy, embedding);
      return [gradients.x, gradients.position, ...(token ? [gradients.token] : [])];
    });
    return this.features(y);
  }

  /** x · kernel + bias along the last axis, and then GELU or an addend: [..., I] → [..., O]. */
  linear(x: Features, weights: LinearWeights, after?: AfterLinear): Features {
    const values = this.materialize(x);
    const outputs = weights.bias.size;
    const inputs = weights.kernel.size / outputs;
    if (x.shape.at(-1) !== inputs)
      throw new Error(`a linear layer of ${inputs} inputs is given [${x.shape.join(', ')}]`);
    const addend = after === undefined || after === 'gelu' ? undefined : this.materialize(after.addend);
    const linear = { x: values, weights, after: addend ? { addend } : after === 'gelu' ? after : undefined };
    const result = this.engine.linear(linear);
    this.tape?.record(
      result.output,
      [values, weights.kernel, weights.bias, ...(addend ? [addend] : [])],
      (dy, [needed = false]) => {
        const { x: dx, kernel, bias } = this.engine.linearGradient(dy, linear, result, needed);
        return [dx, kernel, bias, ...(addend ? [dy.clone()] : [])];
      },
      { saved: result.saved },
    );
    return new Features({ values: result.output }, outputs);
  }

  /** Layer normalization over the last axis: [..., C] → [..., C]. */
  layerNorm(x: Features, { scale, offset }: NormWeights, { epsilon, exact = false }: NormOptions): Features {
    const values = this.materialize(x);
    const norm = { x: values, scale, offset, epsilon, exact };
    const result = this.engine.layerNorm(norm);
    this.tape?.record(
      result.output,
      [values, scale, offset],
      (dy, _, pending) => {
        const gradients = this.engine.layerNormGradient(dy, norm, result, pending);
        return [gradients.x, gradients.scale, gradients.offset];
      },
      { saved: result.saved, addsPending: true },
    );
    return new Features({ values: result.output }, lastLength(x.shape));
  }

  /** Multi-head attention over queries, keys and values: [N, T, 3C] → [N, T, C]. */
  attention(qkv: Features, heads: number): Features {
    const channels = lastLength(qkv.shape) / 3;
    if (!Number.isInteger(channels / heads))
      throw new Error(`${heads} heads cannot share ${channels} channels evenly`);
    const values = this.materialize(qkv);
    const result = this.engine.attention(values, heads);
    this.tape?.record(
      result.output,
      [values],
      (dy) => [this.engine.attentionGradient(dy, values, result, heads)],
      { saved: result.saved },
    );
    return new Features({ values: result.output }, channels);
  }

  /** The first token: [N, T, C] → [N, C]. */
  firstToken(x: Features): Features {
    const values = this.materialize(x);
    const y = this.engine.firstToken(values);
    this.tape?.record(y, [values], (dy) => [this.engine.firstTokenGradient(dy, values)]);
    return this.features(y);
  }

  /** The mean of all tokens: [N, T, C] → [N, C]. */
  meanToken(x: Features): Features {
    const values = this.materialize(x);
    const y = this.engine.meanToken(values);
    this.tape?.record(y, [values], (dy) => [this.engine.meanTokenGradient(dy, values)]);
    return this.features(y);
  }
}

export function lastLength(shape: readonly number[]): number {
  return shape.at(-1) ?? 1;
}
