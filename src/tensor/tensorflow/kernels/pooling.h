// 2 x 2 maximum with stride 2, straight from the values before ReLU where they come with a factor.
#pragma once

#include "convolution.h"

namespace ganbench {

/** y [n, h / 2, w / 2, channels] from x [n, h, w, channels]. */
template <typename T>
void maxPool(long n, long h, long w, long channels, Source<T> x, T* y);

/** dx from dy: the gradient of a window goes to its largest element, of equal ones to the first in row order. */
template <typename T>
void maxPoolGradient(long n, long h, long w, long channels, Source<T> x, const T* dy, T* dx);

/** Every second pixel, the channels of x in the middle of those of y, between zeros. */
template <typename T>
void subsample(long n, long h, long w, long channels, long outputs, const T* x, T* y);

/** dx, zero at the pixels that were left out. */
template <typename T>
void subsampleGradient(long n, long h, long w, long channels, long outputs, const T* dy, T* dx);

/** Mean of the pixels: y [n, channels]. */
template <typename T>
void averagePool(long n, long pixels, long channels, Source<T> x, float* y);

template <typename T>
void averagePoolGradient(long n, long pixels, long channels, const float* dy, T* dx);

}  // namespace ganbench
