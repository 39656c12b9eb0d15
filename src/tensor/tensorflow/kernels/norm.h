// Batch normalization with what follows it, a shortcut's addition and ReLU, in as few passes as there can be.
#pragma once

#include "vector.h"

namespace ganbench {

/** Statistics and weights of each channel, all [channels]. */
struct Norm {
  const float* mean;
  /** Biased. */
  const float* variance;
  const float* scale;
  const float* offset;
  float epsilon;
};

/** Normalization as factor * x + term. */
void normAffine(const Norm& norm, long channels, float* factor, float* term);

/** output [pixels, channels] = relu(factor * x + term + shortcut); shortcut may be null. */
template <typename T>
void activate(long pixels, long channels, const T* x, const float* factor, const float* term, const T* shortcut,
              T* output);

/** Where gradients of relu(norm(x) + shortcut) go; dsum, that of the sum, only with a shortcut. */
template <typename T>
struct NormGradients {
  T* dx;
  T* dsum;
  float* dscale;
  float* doffset;
};

/**
 * Gradients from that of the output. `output` tells where ReLU was open; it is null without a shortcut, as it then
 * follows from x.
 */
template <typename T>
void normGradient(const Norm& norm, long pixels, long channels, const T* dy, const T* x, const T* output,
                  const NormGradients<T>& gradients);

}  // namespace ganbench
