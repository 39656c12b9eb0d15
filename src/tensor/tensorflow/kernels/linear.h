// Linear maps of the last axis with what follows them, and their gradients. T is the type of what is multiplied, float or
// bfloat16; sums, biases and what is added are float32.
#pragma once

#include "vector.h"

namespace ganbench {

struct LinearShape {
  long rows;
  /** Multiples of 16, both. */
  long inputs;
  long outputs;
};

/** What becomes of the sum x kernel + bias. */
template <typename T>
struct LinearOutput {
  /** Is added where it is given, [rows, outputs]; the result is then `sum`. */
  const float* addend;
  float* sum;
  /** Else the result is `values`, after GELU where `before` is given, which gets what it was applied to. */
  T* values;
  T* before;
};

/** x [rows, inputs], kernel [inputs, outputs], bias [outputs]. */
template <typename T>
void linear(const LinearShape& shape, const T* x, const float* kernel, const float* bias, const LinearOutput<T>& output);

/** The gradient of the output: `values`, or `sums` where something was added to it. */
template <typename T>
struct LinearDelta {
  const T* values;
  const float* sums;
  /** What GELU was applied to, or null. */
  const T* before;
};

template <typename T>
struct LinearGradients {
  /** [rows, inputs]; null where it is not wanted. */
  T* dx;
  float* dkernel;
  float* dbias;
};

template <typename T>
void linearGradient(const LinearShape& shape, const T* x, const float* kernel, const LinearDelta<T>& delta,
                    const LinearGradients<T>& gradients);

}  // namespace ganbench
