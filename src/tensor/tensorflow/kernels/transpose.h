// Squares of kLanes x kLanes numbers, turned in registers.
#pragma once

#include <utility>

#include "vector.h"

namespace ganbench {

/** Exchanges the lanes of the first whose number has the bit `Span` for those of the second whose number lacks it. */
template <int Span, int... Lanes>
inline void exchange(Vec& first, Vec& second, std::integer_sequence<int, Lanes...>) {
  const Vec a = first, b = second;
  first = __builtin_shuffle(a, b, IntVec{(Lanes & Span ? kLanes + Lanes - Span : Lanes)...});
  second = __builtin_shuffle(a, b, IntVec{(Lanes & Span ? kLanes + Lanes : Lanes + Span)...});
}

template <int Span>
inline void transposeBlocks(Vec (&rows)[kLanes]) {
  for (int row = 0; row < kLanes; row++)
    if ((row & Span) == 0) exchange<Span>(rows[row], rows[row + Span], std::make_integer_sequence<int, kLanes>());
}

/** In place: lane j of register i becomes lane i of register j. */
inline void transpose(Vec (&rows)[kLanes]) {
  transposeBlocks<1>(rows);
  transposeBlocks<2>(rows);
  transposeBlocks<4>(rows);
  if constexpr (kLanes == 16) transposeBlocks<8>(rows);
}

}  // namespace ganbench
