// Products of tall matrices, cut so that what is multiplied lies in the caches.
#pragma once

#include <algorithm>
#include <vector>

#include "gemm.h"
#include "scratch.h"
#include "threads.h"
#include "transpose.h"

namespace ganbench {

/** Rows of a product that one task computes: fixed, as is all that decides how sums are made. */
constexpr long kRowBlock = 64;

/** A float as E, or two neighbours in depth as a group of them. */
inline void storeGroup(float* to, Vec first, Vec) { store(to, first); }
#if defined(GANBENCH_BFLOAT16)
inline void storeGroup(bfloat16* to, Vec first, Vec second) { storeInterleaved(to, first, second); }
#endif

/**
 * B [depth, columns] in panels of `width` columns, each [depth / group][width][group]. Where it is the transposed of a
 * matrix, that one is [columns, depth].
 */
template <typename E>
struct PackedMatrix {
  long depth, columns;
  int width;
  E* values;

  long panels() const { return columns / width; }
  const E* panel(long index) const { return values + index * width * depth; }
};

template <typename E>
PackedMatrix<E> packMatrix(const float* matrix, long depth, long columns, bool transposed, E* room) {
  const PackedMatrix<E> packed{depth, columns, panelWidth(columns), room};
  constexpr int group = kGroup<E>;
  parallelFor(packed.panels(), [&](long panel, int) {
    E* const to = room + panel * packed.width * depth;
    for (long v = 0; v < packed.width; v += kLanes) {
      const long column = panel * packed.width + v;
      for (long k = 0; k < depth; k += kLanes) {
        Vec square[kLanes];
        for (int lane = 0; lane < kLanes; lane++)
          square[lane] = load(transposed ? matrix + (column + lane) * depth + k : matrix + (k + lane) * columns + column);
        if (transposed) transpose(square);
        for (int lane = 0; lane < kLanes; lane += group)
          storeGroup(to + (k + lane) * packed.width + v * group, square[lane], square[lane + group - 1]);
      }
    }
  });
  return packed;
}

/** Rows of A that one task multiplies: of `stride` numbers each. */
template <typename E>
struct Rows {
  const E* values;
  long stride;
};

/**
 * C [rows, columns] = A B. load(first, count, padded) gives rows of A, `padded` of them readable; finish(first, count,
 * column, width, c) takes C [count, width] of them, from a column on.
 */
template <typename E, typename Load, typename Finish>
void multiplyRows(long rows, const PackedMatrix<E>& b, Load load, Finish finish) {
  parallelFor((rows + kRowBlock - 1) / kRowBlock, [&](long block, int) {
    const long first = block * kRowBlock, count = std::min(kRowBlock, rows - first);
    const long padded = roundUp(count, kRowUnit);
    const Rows<E> a = load(first, count, padded);
    float* c = scratch<float>(0, kRowBlock * b.width);
    for (long panel = 0; panel < b.panels(); panel++) {
      multiplyPanel(b.width, padded, b.depth / kGroup<E>, a.values, {a.stride, kGroup<E>}, b.panel(panel),
                    b.width * kGroup<E>, c, b.width, false);
      finish(first, count, panel * b.width, b.width, c);
    }
  });
}

/** Rows as they are, or with rows of zeros after the last ones. */
template <typename E>
Rows<E> rowsOf(const E* x, long width, long first, long count, long padded) {
  if (count == padded) return {x + first * width, width};
  E* room = scratch<E>(1, kRowBlock * width);
  std::copy(x + first * width, x + (first + count) * width, room);
  std::fill(room + count * width, room + padded * width, E{});
  return {room, width};
}

}  // namespace ganbench
