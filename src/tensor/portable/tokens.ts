import type { Tensor } from '../engine.js';
import type {
  Embedding,
  LayerNorm,
  LayerNormGradients,
  Linear,
  LinearGradients,
  Saving,
  TokenOperations,
} from '../token-operations.js';
import * as tokens from './composed-tokens.js';
import * as transformer from './composed-transformer.js';

/** The operations of Vision Transformers, composed from kernels that every tfjs backend has. */
export abstract class PortableTokens implements TokenOperations {
  abstract matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  abstract biasAdd(x: Tensor, bias: Tensor): Tensor;
  abstract biasGradient(dy: Tensor): Tensor;

  patches(x: Tensor, size: number): Tensor {
    return tokens.cutPatches(x, size);
  }

  patchesGradient(dy: Tensor, x: Tensor, size: number): Tensor {
    return tokens.joinPatches(dy, x, size);
  }

  embed(x: Tensor, embedding: Embedding): Tensor {
    return tokens.embedTokens(x, embedding);
  }

  embedGradient(dy: Tensor, embedding: Embedding): Embedding & { readonly x: Tensor } {
    return tokens.embedTokensGradient(dy, embedding);
  }

  linear(linear: Linear): Saving {
    return transformer.composeLinear(this, linear);
  }

  linearGradient(dy: Tensor, linear: Linear, result: Saving, needed: boolean): LinearGradients {
    return transformer.composeLinearGradient(this, dy, linear, result, needed);
  }

  layerNorm(norm: LayerNorm): Saving {
    return transformer.composeLayerNorm(norm);
  }

  layerNormGradient(
    dy: Tensor,
    norm: LayerNorm,
    result: Saving,
    addend: Tensor | undefined,
  ): LayerNormGradients {
    return transformer.composeLayerNormGradient(dy, norm, result, addend);
  }

  attention(qkv: Tensor, heads: number): Saving {
    return transformer.composeAttention(qkv, heads);
  }

  attentionGradient(dy: Tensor, qkv: Tensor, result: Saving, heads: number): Tensor {
    return transformer.composeAttentionGradient(dy, qkv, result, heads);
  }

  firstToken(x: Tensor): Tensor {
    return tokens.takeFirstToken(x);
  }

  firstTokenGradient(dy: Tensor, x: Tensor): Tensor {
    return tokens.takeFirstTokenGradient(dy, x);
  }

  meanToken(x: Tensor): Tensor {
    return tokens.averageTokens(x);
  }

  meanTokenGradient(dy: Tensor, x: Tensor): Tensor {
    return tokens.averageTokensGradient(dy, x);
  }
}
