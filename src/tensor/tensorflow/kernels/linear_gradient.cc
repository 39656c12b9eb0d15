// dkernel = xᵀ dsum: a product whose depth is all rows.
#include "linear.h"
#include "panels.h"
#include "transpose.h"

namespace ganbench {
namespace {

/** Rows that are packed together, and multiplied before the next ones are. */
constexpr long kDepthBlock = 256;
/** Inputs and outputs of one task. */
constexpr long kSlice = 192;
/** Rows for each of the sums that a gradient is made of, up to kParts of them. */
constexpr long kRowsOfPart = 2048;
constexpr long kParts = 4;

/** kLanes numbers of a row, or groups of them with those of the next row: bits of as many floats. */
inline Vec rowGroup(const float* first, const float*) { return load(first); }
#if defined(GANBENCH_BFLOAT16)
inline Vec rowGroup(const bfloat16* first, const bfloat16* second) { return interleaved(first, second); }
#endif

/** Calls visit(row / group, its groups from a column on) for some rows; those that are missing from a group are zeros. */
template <typename E, typename Visit>
void forEachGroup(const E* x, long stride, long rows, long column, Visit visit) {
  static const E zeros[kLanes] = {};
  for (long row = 0; row < rows; row += kGroup<E>) {
    const E* from = x + row * stride + column;
    visit(row / kGroup<E>, rowGroup(from, row + 1 < rows ? from + stride : zeros));
  }
}

/** Some rows of x in panels of `width` columns: [columns / width][rows / group][width][group]. */
template <typename E>
void packRows(const E* x, long stride, long rows, long columns, int width, E* to) {
  const long steps = (rows + kGroup<E> - 1) / kGroup<E>;
  for (long column = 0; column < columns; column += kLanes) {
    E* panel = to + (column / width * width * steps + column % width) * kGroup<E>;
    forEachGroup(x, stride, rows, column,
                 [&](long step, Vec group) { std::memcpy(panel + step * width * kGroup<E>, &group, sizeof group); });
  }
}

/** Columns of some rows of x as rows: [columns][kDepthBlock / group][group]. */
template <typename E>
void packColumns(const E* x, long stride, long rows, long columns, E* to) {
  for (long column = 0; column < columns; column += kLanes) {
    Vec square[kLanes];
    const auto put = [&](long step) {
      transpose(square);
      for (long lane = 0; lane < kLanes; lane++)
        std::memcpy(to + (column + lane) * kDepthBlock + step * kGroup<E>, &square[lane], sizeof(Vec));
    };
    long last = 0;
    forEachGroup(x, stride, rows, column, [&](long step, Vec group) {
      square[step % kLanes] = group;
      last = step;
      if (step % kLanes == kLanes - 1) put(step - step % kLanes);
    });
    if (last % kLanes != kLanes - 1) put(last - last % kLanes);
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
    packColumns(x + first * s.inputs + input, s.inputs, rows, inputs, a);
    packRows(dsum + first * s.outputs + output, s.outputs, rows, outputs, width, b);
    for (long column = 0; column < outputs; column += width) {
      multiplyPanel(width, inputs, steps, a, {kDepthBlock, kGroup<E>}, b + column * steps * kGroup<E>,
                    width * kGroup<E>, dkernel + input * s.outputs + output + column, s.outputs, first > from);
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
