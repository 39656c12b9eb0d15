#include "linear.h"

#include "functions.h"
#include "panels.h"

namespace ganbench {

template <typename T>
void linear(const LinearShape& shape, const T* x, const float* kernel, const float* bias,
            const LinearOutput<T>& output) {
  const long inputs = shape.inputs, outputs = shape.outputs;
  const PackedMatrix<T> b = packMatrix(kernel, inputs, outputs, false, scratch<T>(2, inputs * outputs));
  const auto load = [&](long first, long count, long padded) { return rowsOf(x, inputs, first, count, padded); };
  multiplyRows(shape.rows, b, load, [&](long first, long count, long column, int width, const float* c) {
    for (long row = 0; row < count; row++) {
      for (int v = 0; v < width; v += kLanes) {
        const long at = (first + row) * outputs + column + v;
        const Vec value = ganbench::load(c + row * width + v) + ganbench::load(bias + column + v);
        if (output.addend != nullptr) {
          store(output.sum + at, value + ganbench::load(output.addend + at));
        } else if (output.before != nullptr) {
          store(output.before + at, value);
          store(output.values + at, value * normal(value).distribution);
        } else {
          store(output.values + at, value);
        }
      }
    }
  });
}

namespace {

/** Writes the gradient of the sum for some rows: with GELU undone, and as T. */
template <typename T>
void undo(const LinearDelta<T>& delta, long from, long to, T* dsum) {
  for (long at = from; at < to; at += kLanes) {
    if (delta.before == nullptr) {
      store(dsum + at, load(delta.sums + at));
      continue;
    }
    const Vec x = load(delta.before + at);
    const Normal n = normal(x);
    store(dsum + at, load(delta.values + at) * (n.distribution + x * n.density));
  }
}

}  // namespace

template <typename T>
void kernelGradient(const LinearShape& shape, const T* x, const T* dsum, float* dkernel, float* dbias);

template <typename T>
void linearGradient(const LinearShape& shape, const T* x, const float* kernel, const LinearDelta<T>& delta,
                    const LinearGradients<T>& gradients) {
  const long inputs = shape.inputs, outputs = shape.outputs;
  const T* given = delta.before == nullptr ? delta.values : nullptr;
  if constexpr (kGroup<T> == 1) {
    if (delta.sums != nullptr) given = delta.sums;
  }
  T* written = given == nullptr ? scratch<T>(3, shape.rows * outputs) : nullptr;
  const T* dsum = given == nullptr ? written : given;
  const auto rows = [&](long first, long count, long padded) {
    if (written != nullptr) undo(delta, first * outputs, (first + count) * outputs, written);
    return rowsOf(dsum, outputs, first, count, padded);
  };
  if (gradients.dx != nullptr) {
    const PackedMatrix<T> b = packMatrix(kernel, outputs, inputs, true, scratch<T>(2, inputs * outputs));
    multiplyRows(shape.rows, b, rows, [&](long first, long count, long column, int width, const float* c) {
      for (long row = 0; row < count; row++)
        for (int v = 0; v < width; v += kLanes)
          store(gradients.dx + (first + row) * inputs + column + v, load(c + row * width + v));
    });
  } else if (written != nullptr) {
    parallelFor((shape.rows + kRowBlock - 1) / kRowBlock, [&](long block, int) {
      const long first = block * kRowBlock;
      undo(delta, first * outputs, std::min(shape.rows, first + kRowBlock) * outputs, written);
    });
  }
  kernelGradient(shape, x, dsum, gradients.dkernel, gradients.dbias);
}

template void linear(const LinearShape&, const float*, const float*, const float*, const LinearOutput<float>&);
template void linearGradient(const LinearShape&, const float*, const float*, const LinearDelta<float>&,
                             const LinearGradients<float>&);
#if defined(GANBENCH_BFLOAT16)
template void linear(const LinearShape&, const bfloat16*, const float*, const float*, const LinearOutput<bfloat16>&);
template void linearGradient(const LinearShape&, const bfloat16*, const float*, const LinearDelta<bfloat16>&,
                             const LinearGradients<bfloat16>&);
#endif

}  // namespace ganbench
