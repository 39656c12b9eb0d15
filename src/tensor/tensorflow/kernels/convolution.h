// 3 x 3 convolutions with padding 1 and their gradients. Images are NHWC, kernels HWIO.
#pragma once

#include "vector.h"

namespace ganbench {

/** Images [n, h, w, inputs] to images [n, h / stride, w / stride, outputs]; h and w are multiples of the stride. */
struct Convolution {
  long n, h, w;
  long inputs, outputs;
  long stride;
};

/** Images as they lie in memory, or with a factor, relu(factor * value + term) of them, both [channels]. */
template <typename T>
struct Source {
  const T* values;
  const float* factor = nullptr;
  const float* term = nullptr;
};

/** The values at an offset; factor and term are those of their channels. */
template <typename T>
inline Vec activated(const Source<T>& x, long offset, Vec factor, Vec term) {
  const Vec value = load(x.values + offset);
  return x.factor == nullptr ? value : relu(value * factor + term);
}

/** What else is done to the results while they are at hand; null pointers leave it out. */
template <typename T>
struct Epilogue {
  /** [channels], added. */
  const float* bias = nullptr;
  /** Like the results, added. */
  const T* addend = nullptr;
  /** Mean and biased variance of each channel, [channels]. */
  float* mean = nullptr;
  float* variance = nullptr;
};

/**
 * By Winograd's minimal filtering (Lavin and Gray 2015, arXiv 1509.09308). For stride 1, even h and w, and channels that
 * are multiples of 16. A float32 image that is cut into 4 x 4 outputs takes F(4 x 4, 3 x 3): 36 multiplications where the
 * sum over the kernel takes 144. Else, and for bfloat16, whose digits do not bear its factors, it is F(2 x 2, 3 x 3):
 * 16 in place of 36.
 */
namespace winograd {

/** y = x * kernel, kernel [3, 3, inputs, outputs]. */
template <typename T>
void convolve(const Convolution& shape, Source<T> x, const float* kernel, T* y, const Epilogue<T>& epilogue);

/** Gradient of the input; the epilogue's channels are the inputs. */
template <typename T>
void inputGradient(const Convolution& shape, const T* dy, const float* kernel, T* dx, const Epilogue<T>& epilogue);

/** Gradient of the kernel. */
template <typename T>
void kernelGradient(const Convolution& shape, Source<T> x, const T* dy, float* dkernel);

}  // namespace winograd

/** Channels of the images themselves, the only number that is no multiple of 16. */
constexpr long kImageChannels = 3;

/** As products with the patches of the images: for the images themselves, for a stride, and for odd heights or widths. */
namespace direct {

/** y = x * kernel. */
template <typename In, typename Out>
void convolve(const Convolution& shape, Source<In> x, const float* kernel, Out* y, const Epilogue<Out>& epilogue);

/** Gradient of the input, plus `addend` if it is not null. Not for the images themselves. */
template <typename T>
void inputGradient(const Convolution& shape, const T* dy, const float* kernel, T* dx, const T* addend);

/** Gradient of the kernel. */
template <typename In, typename Out>
void kernelGradient(const Convolution& shape, Source<In> x, const Out* dy, float* dkernel);

}  // namespace direct

}  // namespace ganbench
