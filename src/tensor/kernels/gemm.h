// Products of small matrices whose operands lie in the caches.
#pragma once

#include "vector.h"

namespace ganbench {

/** Rows of C that one pass of the kernel computes. */
constexpr int kRows = kLanes == 16 ? 8 : 4;

/** One panel of B: [depth][width], width a multiple of kLanes. */
inline int panelWidth(int columns) { return columns % (2 * kLanes) == 0 ? 2 * kLanes : kLanes; }

/** Element (i, k) of A lies at a[i * row + k * step]. */
struct StridesOfA {
  long row;
  long step;
};

/** C [kRows, V * kLanes] = A B, or C += A B. Row k of B lies at b + k * bRow. */
template <int V>
inline void multiplyTile(int depth, const float* a, StridesOfA as, const float* b, long bRow, float* c, long cRow,
                         bool accumulate) {
  Vec sums[kRows][V];
  for (int i = 0; i < kRows; i++)
    for (int v = 0; v < V; v++) sums[i][v] = accumulate ? load(c + i * cRow + v * kLanes) : Vec{};
  for (int k = 0; k < depth; k++) {
    Vec row[V];
    for (int v = 0; v < V; v++) row[v] = load(b + k * bRow + v * kLanes);
    for (int i = 0; i < kRows; i++) {
      const Vec factor = splat(a[i * as.row + k * as.step]);
      for (int v = 0; v < V; v++) sums[i][v] += factor * row[v];
    }
  }
  for (int i = 0; i < kRows; i++)
    for (int v = 0; v < V; v++) store(c + i * cRow + v * kLanes, sums[i][v]);
}

/** C [rows, V * kLanes]; rows is a multiple of kRows. */
template <int V>
void multiplyPanel(int rows, int depth, const float* a, StridesOfA as, const float* b, long bRow, float* c,
                   long cRow, bool accumulate) {
  for (int i = 0; i < rows; i += kRows)
    multiplyTile<V>(depth, a + i * as.row, as, b, bRow, c + i * cRow, cRow, accumulate);
}

}  // namespace ganbench
