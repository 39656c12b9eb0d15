// Images as an operation is given them: values, and perhaps the factors and terms to be applied.
#pragma once

#include "convolution.h"
#include "ops.h"

namespace ganbench {

/** @throws std::invalid_argument unless the affine is absent or [2, channels]. */
template <typename T>
Source<T> source(const Input& x, const Input& affine) {
  if (!affine.given()) return {x.values<T>()};
  requireShape("affine", affine, {2, x.length(3)});
  return {x.values<T>(), affine.values<float>(), affine.values<float>() + x.length(3)};
}

}  // namespace ganbench
