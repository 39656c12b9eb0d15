import type { Tensor } from '@tensorflow/tfjs-core';

/** Kernel and bias of a linear map of the last axis. */
export interface LinearWeights {
  /** [..., O]; what comes before its last axis is I in all. */
  readonly kernel: Tensor;
  /** [O] */
  readonly bias: Tensor;
}

/** x · kernel + bias, and then GELU, or an addend, or neither. */
export interface Linear {
  /** [..., I] */
  readonly x: Tensor;
  readonly weights: LinearWeights;
  readonly after?: 'gelu' | AddedAfter | undefined;
}

export interface AddedAfter {
  /** Like the output: what a residual block adds. */
  readonly addend: Tensor;
}

/** An output, and what its gradient needs again besides it; the meaning of that is the engine's own. */
export interface Saving {
  readonly output: Tensor;
  readonly saved: readonly Tensor[];
}

/** That of an addend is the gradient of the output itself. */
export interface LinearGradients extends LinearWeights {
  /** Absent when it was not asked for. */
  readonly x: Tensor | undefined;
}

/** Layer normalization over the last axis (Ba et al. 2016, arXiv 1607.06450), with the biased variance. */
export interface LayerNorm {
  /** [..., C] */
  readonly x: Tensor;
  /** [C] */
  readonly scale: Tensor;
  /** [C] */
  readonly offset: Tensor;
  readonly epsilon: number;
  /** Whether the output is float32 in any precision, as for a head. */
  readonly exact: boolean;
}

export interface LayerNormGradients {
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly offset: Tensor;
}

/** What stands before the tokens of the patches, and what is added to all. */
export interface Embedding {
  /** [C]; absent without a class token. */
  readonly token?: Tensor | undefined;
  /** [T, C], the class token's first. */
  readonly position: Tensor;
}

/** What Vision Transformers are made of. Tokens are [N, T, C]. */
export interface TokenOperations {
  /** Squares of `size` pixels, in rows: [N, H, W, C] → [N, H/size · W/size, size · size · C]. */
  patches(x: Tensor, size: number): Tensor;
  /** @param x - The images. */
  patchesGradient(dy: Tensor, x: Tensor, size: number): Tensor;

  /** Tokens [N, T, C] with the class token before them, and with their positions. */
  embed(x: Tensor, embedding: Embedding): Tensor;
  embedGradient(dy: Tensor, embedding: Embedding): Embedding & { readonly x: Tensor };

  /** GELU is x · Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016, arXiv 1606.08415). */
  linear(linear: Linear): Saving;
  /** @param needed - Whether the gradient of x is wanted. */
  linearGradient(dy: Tensor, linear: Linear, result: Saving, needed: boolean): LinearGradients;

  layerNorm(norm: LayerNorm): Saving;
  /** @param addend - Another gradient of the same x, to be added. */
  layerNormGradient(
    dy: Tensor,
    norm: LayerNorm,
    result: Saving,
    addend: Tensor | undefined,
  ): LayerNormGradients;

  /**
   * Multi-head attention softmax(q kᵀ / √d) v (Vaswani et al. 2017, arXiv 1706.03762): [N, T, 3C] → [N, T, C]. The last
   * axis of qkv holds the queries of all heads, then their keys, then their values; each head has d = C / heads of each.
   */
  attention(qkv: Tensor, heads: number): Saving;
  attentionGradient(dy: Tensor, qkv: Tensor, result: Saving, heads: number): Tensor;

  /** The first token: [N, T, C] → [N, C]. */
  firstToken(x: Tensor): Tensor;
  firstTokenGradient(dy: Tensor, x: Tensor): Tensor;
  /** The mean of all tokens: [N, T, C] → [N, C]. */
  meanToken(x: Tensor): Tensor;
  meanTokenGradient(dy: Tensor, x: Tensor): Tensor;
}
