// dkernel = xᵀ dsum: a product whose depth is all rows.
#include "linear.h"
#include "panels.h"

namespace ganbench {
namespace {

/** Rows that are packed together, and multiplied before the next ones are. */
constexpr long kDepthBlock = 256;
/** Inputs and outputs of one task. */
constexpr long kSlice = 192;
/** Rows for each of the sums that a gradient is made of, up to kParts of them. */
constexpr long kRowsOfPart = 2048;
constexpr long kParts = 4;

/** kLanes numbers of a row, or groups of them with those of the next row. */
inline void storeRowGroup(float* to, const float* first, const float*) { store(to, load(first)); }
#if defined(GANBENCH_BFLOAT16)
inline void storeRowGroup(bfloat16* to, const bfloat16* first, const bfloat16* second) {
  storeInterleaved(to, load(first), load(second));
}
#endif

/**
 * Columns of some rows in panels of `width`: [columns / width][rows / group][width][group]. Rows that are missing from
 * a group are zeros.
 */
template <typename E>
void packRows(const E* x, long stride, long rows, long columns, int width, E* to) {
  constexpr int group = kGroup<E>;
  static const E zeros[2 * kLanes] = {};
  for (long first = 0; first < columns; first += width) {
    for (long row = 0; row < rows; row += group) {
      for (int v = 0; v < width; v += kLanes, to += kLanes * group) {
        const E* from = x + row * stride + first + v;
        storeRowGroup(to, from, row + 1 < rows ? from + stride : zeros);
      }
    }
  }
}

/** dkernel [inputs, outputs] of some inputs and outputs, and dbias of these, over the rows of one part. */
template <typename E>
void sliceGradient(const LinearShape& s, const E* x, const E* dsum, long from, long to, long input, long output,
                   float* dkernel, float* dbias) {
  const long inputs = std::min(kSlice, s.inputs - input), outputs = std::min(kSlice, s.outputs - output);
  const int width = panelWidth(outputs);
  E* a = scratch<E>(0, kDepthBlock * inputs);
  E* b = scratch<E>(1, kDepthBlock * outputs);
  float bias[kSlice] = {};
  for (long first = from; first < to; first += kDepthBlock) {
    const long rows = std::min(kDepthBlock, to - first);
    const long steps = (rows + kGroup<E> - 1) / kGroup<E>;
    packRows(x + first * s.inputs + input, s.inputs, rows, inputs, kLanes, a);
    packRows(dsum + first * s.outputs + output, s.outputs, rows, outputs, width, b);
    for (long column = 0; column < outputs; column += width) {
      const E* panel = b + column * steps * kGroup<E>;
      for (long row = 0; row < inputs; row += kLanes) {
        const E* tile = a + row * steps * kGroup<E>;
        multiplyPanel(width, kLanes, steps, tile, {kGroup<E>, kLanes * kGroup<E>}, panel, width * kGroup<E>,
                      dkernel + (input + row) * s.outputs + output + column, s.outputs, first > from);
      }
    }
    if (dbias == nullptr) continue;
    for (long column = 0; column < outputs; column += kLanes) {
      Vec total = load(bias + column);
      for (long row = first; row < first + rows; row++) total += load(dsum + row * s.outputs + output + column);
      store(bias + column, total);
    }
  }
  if (dbias != nullptr) std::copy(bias, bias + outputs, dbias + output);
}

}  // namespace

template <typename E>
void kernelGradient(const LinearShape& s, const E* x, const E* dsum, float* dkernel, float* dbias) {
  const long parts = std::clamp(s.rows / kRowsOfPart, 1L, kParts);
  const long rowsOfPart = roundUp((s.rows + parts - 1) / parts, kGroup<E>);
  const long inputSlices = (s.inputs + kSlice - 1) / kSlice, outputSlices = (s.outputs + kSlice - 1) / kSlice;
  const long size = s.inputs * s.outputs;
  // The first part is summed in place.
  std::vector<float> biases((parts - 1) * s.outputs);
  float* sums = scratch<float>(2, (parts - 1) * size);
  parallelFor(parts * inputSlices * outputSlices, [&](long task, int) {
    const long part = task % parts, slice = task / parts;
    const long input = slice % inputSlices * kSlice, output = slice / inputSlices * kSlice;
    float* kernel = part == 0 ? dkernel : sums + (part - 1) * size;
    float* bias = input > 0 ? nullptr : part == 0 ? dbias : biases.data() + (part - 1) * s.outputs;
    sliceGradient(s, x, dsum, part * rowsOfPart, std::min(s.rows, (part + 1) * rowsOfPart), input, output, kernel,
                  bias);
  });
  const auto addParts = [&](const float* from, long stride, float* to, long first, long last) {
    for (long part = 0; part + 1 < parts; part++)
      for (long at = first; at < last; at += kLanes)
        store(to + at, load(to + at) + load(from + part * stride + at));
  };
  addParts(biases.data(), s.outputs, dbias, 0, s.outputs);
  parallelFor(s.inputs, [&](long input, int) {
    addParts(sums, size, dkernel, input * s.outputs, (input + 1) * s.outputs);
  });
}

template void kernelGradient(const LinearShape&, const float*, const float*, float*, float*);
#if defined(GANBENCH_BFLOAT16)
template void kernelGradient(const LinearShape&, const bfloat16*, const bfloat16*, float*, float*);
#endif

}  // namespace ganbench
