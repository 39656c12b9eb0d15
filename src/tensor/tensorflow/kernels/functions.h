// Functions of every number in a register.
#pragma once

#include "vector.h"

namespace ganbench {

inline Vec largest(Vec a, Vec b) { return a > b ? a : b; }

/** e^y within 2 units in the last place for y in [-80, 88]; beyond that it stays at the ends. Keeps NaN. */
inline Vec exponential(Vec y) {
  Vec x = y < -80.0f ? splat(-80.0f) : y;
  x = x > 88.0f ? splat(88.0f) : x;
  // x = n ln 2 + r, |r| <= ln 2 / 2; adding 1.5 * 2^23 rounds to a whole number.
  const Vec magic = splat(12582912.0f);
  const Vec shifted = x * 1.44269504f + magic;
  const Vec n = shifted - magic;
  const Vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vec power = splat(1.9875691500e-4f);
  power = power * r + 1.3981999507e-3f;
  power = power * r + 8.3334519073e-3f;
  power = power * r + 4.1665795894e-2f;
  power = power * r + 1.6666665459e-1f;
  power = power * r + 5.0000001201e-1f;
  power = power * r * r + r + 1.0f;
  const IntVec exponent = reinterpret_cast<IntVec>(shifted) << 23;
  const Vec result = reinterpret_cast<Vec>(reinterpret_cast<IntVec>(power) + exponent);
  return y == y ? result : y;
}

/** The normal distribution function and its density. */
struct Normal {
  Vec distribution;
  Vec density;
};

/** Within 1e-7 (Abramowitz and Stegun, formula 7.1.26). */
inline Normal normal(Vec x) {
  const Vec bell = exponential(x * x * -0.5f);
  const Vec size = x < 0.0f ? -x : x;
  const Vec t = 1.0f / (1.0f + size * (0.3275911f * 0.70710678f));
  Vec tail = splat(1.061405429f);
  tail = tail * t - 1.453152027f;
  tail = tail * t + 1.421413741f;
  tail = tail * t - 0.284496736f;
  tail = tail * t + 0.254829592f;
  tail = tail * t * bell * 0.5f;
  return {x < 0.0f ? tail : 1.0f - tail, bell * 0.39894228f};
}

inline float sum(Vec x) {
  float total = 0;
  for (int lane = 0; lane < kLanes; lane++) total += x[lane];
  return total;
}

inline float largestOf(Vec x) {
  float found = x[0];
  for (int lane = 1; lane < kLanes; lane++) found = x[lane] > found ? x[lane] : found;
  return found;
}

}  // namespace ganbench
