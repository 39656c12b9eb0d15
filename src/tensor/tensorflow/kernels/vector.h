// A vector register of floats, and how values get in and out of it.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace ganbench {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif

typedef float Vec __attribute__((vector_size(kLanes * sizeof(float))));
typedef std::int32_t IntVec __attribute__((vector_size(kLanes * sizeof(std::int32_t))));

/** The upper half of a float: 8 bits of exponent, 7 of mantissa. */
struct bfloat16 {
  std::uint16_t bits;
};

inline Vec splat(float x) { return x - Vec{}; }

inline Vec load(const float* from) {
  Vec x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

inline void store(float* to, Vec x) { std::memcpy(to, &x, sizeof x); }

/** Keeps NaN, so that it is seen. */
inline Vec relu(Vec x) { return x < 0.0f ? Vec{} : x; }

#if defined(__AVX512BF16__)
#define GANBENCH_BFLOAT16 1

inline Vec load(const bfloat16* from) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return reinterpret_cast<Vec>(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

/** Rounds to the nearest, ties to even. */
inline void store(bfloat16* to, Vec x) {
  const __m256bh rounded = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(x));
  std::memcpy(to, &rounded, sizeof rounded);
}

/** The bits of first[0], second[0], first[1], second[1], ... */
inline Vec interleaved(const bfloat16* first, const bfloat16* second) {
  const auto bits = [](const bfloat16* from) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  };
  return reinterpret_cast<Vec>(_mm512_or_si512(bits(first), _mm512_slli_epi32(bits(second), 16)));
}

/** first[0], second[0], first[1], second[1], ... */
inline void storeInterleaved(bfloat16* to, Vec first, Vec second) {
  const __m512bh both = _mm512_cvtne2ps_pbh(reinterpret_cast<__m512>(second), reinterpret_cast<__m512>(first));
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i mixed = _mm512_permutexvar_epi16(order, reinterpret_cast<__m512i>(both));
  std::memcpy(to, &mixed, sizeof mixed);
}
#endif

}  // namespace ganbench
