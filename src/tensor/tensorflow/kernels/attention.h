// Multi-head attention softmax(q kᵀ / √d) v of each image's tokens, and its gradient. T is
// the type of what is multiplied; sums and softmax are float32.
#pragma once

#include "vector.h"

namespace ganbench {

struct AttentionShape {
  long images;
  long tokens;
  long heads;
  /** Channels of a head, d: a multiple of 16. */
  long depth;

  long channels() const { return heads * depth; }
};

/**
 * qkv [images, tokens, 3, heads, depth] → output [images, tokens, heads, depth].
 *
 * @param sums The logarithm of the sum in softmax's denominator, [images, heads, tokens].
 */
template <typename T>
void attention(const AttentionShape& shape, const T* qkv, T* output, float* sums);

/** @param dqkv Like qkv. */
template <typename T>
void attentionGradient(const AttentionShape& shape, const T* dy, const T* qkv, const float* sums, T* dqkv);

}  // namespace ganbench
