// Products of small matrices whose operands lie in the caches.
#pragma once

#include "amx.h"
#include "vector.h"

namespace ganbench {

constexpr long roundUp(long number, long unit) { return (number + unit - 1) / unit * unit; }

/** Products have a multiple of so many rows. */
constexpr int kRows = kLanes == 16 ? 8 : 4;

/**
 * Rows of C that one pass of the kernel computes while it can, then kRows: as many sums as the registers hold beside
 * the operands, so that none waits for the one before.
 */
constexpr int kPassRows = kLanes == 16 ? 8 : 6;

/** Products of bfloat16 have a multiple of so many rows. */
#if defined(GANBENCH_AMX)
constexpr int kRowUnit = 16;
#else
constexpr int kRowUnit = kRows;
#endif

/** One panel of B: [depth][width], width a multiple of kLanes. */
inline int panelWidth(int columns) { return columns % (2 * kLanes) == 0 ? 2 * kLanes : kLanes; }

/**
 * How many neighbours in depth are multiplied by one instruction: element k of such a group lies right behind element
 * k - 1, and a step of the depth is a whole group.
 */
template <typename E>
constexpr int kGroup = sizeof(float) / sizeof(E);

/** The group of A in row i and step k lies at a[i * row + k * step]. */
struct StridesOfA {
  long row;
  long step;
};

inline Vec loadGroups(const float* b) { return load(b); }
inline Vec broadcastGroup(const float* a) { return splat(*a); }
inline Vec multiplyAdd(Vec sum, Vec a, Vec b) { return sum + a * b; }

#if defined(GANBENCH_BFLOAT16)
using Pairs = __m512i;

inline Pairs loadGroups(const bfloat16* b) { return _mm512_loadu_si512(b); }

inline Pairs broadcastGroup(const bfloat16* a) {
  int pair;
  std::memcpy(&pair, a, sizeof pair);
  return _mm512_set1_epi32(pair);
}

/** Products and sums in float32. */
inline Vec multiplyAdd(Vec sum, Pairs a, Pairs b) {
  return reinterpret_cast<Vec>(_mm512_dpbf16_ps(reinterpret_cast<__m512>(sum), reinterpret_cast<__m512bh>(a),
                                                reinterpret_cast<__m512bh>(b)));
}
#endif

/** C [R, V * kLanes] = A B, or C += A B. Step k of B lies at b + k * bRow. */
template <int R, int V, typename E>
inline void multiplyTile(int steps, const E* a, StridesOfA as, const E* b, long bRow, float* c, long cRow,
                         bool accumulate) {
  Vec sums[R][V];
  for (int i = 0; i < R; i++)
    for (int v = 0; v < V; v++) sums[i][v] = accumulate ? load(c + i * cRow + v * kLanes) : Vec{};
  for (int k = 0; k < steps; k++) {
    decltype(loadGroups(b)) row[V];
    for (int v = 0; v < V; v++) row[v] = loadGroups(b + k * bRow + v * kLanes * kGroup<E>);
    for (int i = 0; i < R; i++) {
      const auto factor = broadcastGroup(a + i * as.row + k * as.step);
      for (int v = 0; v < V; v++) sums[i][v] = multiplyAdd(sums[i][v], factor, row[v]);
    }
  }
  for (int i = 0; i < R; i++)
    for (int v = 0; v < V; v++) store(c + i * cRow + v * kLanes, sums[i][v]);
}

/** C [rows, width]; rows is a multiple of kRows, or kRowUnit for bfloat16, width one of panelWidth's. */
template <typename E>
void multiplyPanel(int width, int rows, int steps, const E* a, StridesOfA as, const E* b, long bRow, float* c,
                   long cRow, bool accumulate) {
#if defined(GANBENCH_AMX)
  if constexpr (kGroup<E> > 1) {
    if (amx::isAllowed()) return amx::multiply({rows, width, steps, a, as.row, as.step, b, bRow, c, cRow, accumulate});
  }
#endif
  const auto pass = [&]<int R>(int i) {
    if (width == kLanes)
      multiplyTile<R, 1>(steps, a + i * as.row, as, b, bRow, c + i * cRow, cRow, accumulate);
    else
      multiplyTile<R, 2>(steps, a + i * as.row, as, b, bRow, c + i * cRow, cRow, accumulate);
  };
  // 4, 8 and 12 rows are 4, 4 + 4 and 6 + 6.
  const int last = kPassRows == kRows ? 0 : rows / kRows % 3 * kRows;
  for (int i = 0; i < rows - last; i += kPassRows) pass.template operator()<kPassRows>(i);
  for (int i = rows - last; i < rows; i += kRows) pass.template operator()<kRows>(i);
}

}  // namespace ganbench
