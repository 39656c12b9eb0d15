// Layer normalization of rows, and its gradients. T is the type of the output; x is float32.
#pragma once

#include "vector.h"

namespace ganbench {

struct LayerNorm {
  long rows;
  /** A multiple of 16. */
  long channels;
  float epsilon;
};

/** @param statistics Mean and one over the standard deviation of each row, [rows, 2]. */
template <typename T>
void layerNorm(const LayerNorm& norm, const float* x, const float* scale, const float* offset, T* output,
               float* statistics);

struct LayerNormGradients {
  float* dx;
  float* dscale;
  float* doffset;
};

/** @param addend Is added to dx; may be null. */
template <typename T>
void layerNormGradient(const LayerNorm& norm, const T* dy, const float* x, const float* scale, const float* statistics,
                       const float* addend, const LayerNormGradients& gradients);

}  // namespace ganbench
