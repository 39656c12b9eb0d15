#include <algorithm>
#include <type_traits>

#include "blocks.h"
#include "convolution.h"
#include "gemm.h"
#include "scratch.h"
#include "threads.h"
#include "tiles.h"

namespace ganbench::winograd {
namespace {

/** Where the product over tiles reads transformed tiles of type E. */
template <typename F, typename E>
struct OutOf {
  using Type = ByTile<E>;
};
#if defined(GANBENCH_BFLOAT16)
template <typename F>
struct OutOf<F, bfloat16> {
  using Type = ByPair<F>;
};
#endif

/** Adds V' Y of some tiles to `sums` [frequency][inputs][outputs], for frequencies [from, to). */
template <typename E>
void accumulateProducts(const Convolution& s, int from, int to, long tiles, const E* v, TileLayout vLayout, const E* y,
                        TileLayout yLayout, float* sums) {
  const long width = panelWidth(s.outputs);
  for (int f = from; f < to; f++)
    for (long column = 0; column < s.outputs; column += width)
      multiplyPanel<E>(width, s.inputs, tiles / kGroup<E>, v + f * vLayout.plane,
                       {kGroup<E>, vLayout.row * kGroup<E>}, y + f * yLayout.plane + column * kGroup<E>,
                       yLayout.row * kGroup<E>, sums + f * s.inputs * s.outputs + column, s.outputs, true);
}

/** V and Y of a row of tiles; its first tile has the number `first` in the block. */
template <typename F, typename E, typename T>
void transformBoth(const Convolution& s, Source<T> x, const T* dy, long row, long first, E* v, TileLayout vLayout, E* y,
                   TileLayout yLayout) {
  using Out = typename OutOf<F, E>::Type;
  for (long channel = 0; channel < s.inputs; channel += kLanes)
    transformInputRow<F>(s, s.inputs, x, row, channel, first, Out{v, vLayout});
  for (long channel = 0; channel < s.outputs; channel += kLanes)
    transformGradientRow<F>(s, s.outputs, dy, row, channel, first, Out{y, yLayout});
}

/** The sum of `parts` accumulators, in their order, transformed back. */
template <typename F>
void finish(const Convolution& s, const float* sums, long parts, float* dkernel) {
  const long size = s.inputs * s.outputs;
  parallelFor(s.inputs, [&](long input, int) {
    for (long output = 0; output < s.outputs; output += kLanes) {
      const long at = input * s.outputs + output;
      transformKernelGradient<F>(
          [&](int i, int j) {
            Vec sum = {};
            for (long part = 0; part < parts; part++)
              sum += load(sums + (part * kFrequencies<F> + F::kInputs * i + j) * size + at);
            return sum;
          },
          [&](int i, int j, Vec tap) { store(dkernel + (3 * i + j) * size + at, tap); });
    }
  });
}

/** Into how many parts the images are split, each with an accumulator: fixed, so that the cores do not matter. */
template <typename F>
constexpr long kParts = std::is_same_v<F, F4> ? 16 : 8;

/** Each part has its transforms and its accumulator to itself: all of them fit a core's cache. */
template <typename F, typename E, typename T>
void gradientOfSmall(const Convolution& s, Source<T> x, const T* dy, float* dkernel) {
  const Blocks<F> blocks(s, 64);
  const TileLayout vLayout = layoutOf(blocks.room(), s.inputs), yLayout = layoutOf(blocks.room(), s.outputs);
  const long size = kFrequencies<F> * s.inputs * s.outputs;
  float* sums = scratch<float>(2, kParts<F> * size);
  std::fill_n(sums, kParts<F> * size, 0.0f);
  parallelFor(kParts<F>, [&](long part, int) {
    E* v = scratch<E>(0, kFrequencies<F> * vLayout.plane);
    E* y = scratch<E>(1, kFrequencies<F> * yLayout.plane);
    for (long block = blocks.count * part / kParts<F>; block < blocks.count * (part + 1) / kParts<F>; block++) {
      for (long row = 0; row < blocks.rowsOf(block); row++)
        transformBoth<F, E>(s, x, dy, blocks.first(block) + row, row * blocks.rowTiles, v, vLayout, y, yLayout);
      accumulateProducts<E>(s, 0, kFrequencies<F>, blocks.tilesOf(block), v, vLayout, y, yLayout, sums + part * size);
    }
  });
  finish<F>(s, sums, kParts<F>, dkernel);
}

/** All threads transform a block, then each takes some frequencies: one accumulator, however large. */
template <typename F, typename E, typename T>
void gradientOfLarge(const Convolution& s, Source<T> x, const T* dy, float* dkernel) {
  const Blocks<F> blocks(s, std::is_same_v<F, F4> ? 128 : 256);
  const TileLayout vLayout = layoutOf(blocks.room(), s.inputs), yLayout = layoutOf(blocks.room(), s.outputs);
  const long size = kFrequencies<F> * s.inputs * s.outputs;
  float* sums = scratch<float>(2, size);
  std::fill_n(sums, size, 0.0f);
  E* v = scratch<E>(0, kFrequencies<F> * vLayout.plane);
  E* y = scratch<E>(1, kFrequencies<F> * yLayout.plane);
  for (long block = 0; block < blocks.count; block++) {
    parallelFor(blocks.rowsOf(block), [&](long row, int) {
      transformBoth<F, E>(s, x, dy, blocks.first(block) + row, row * blocks.rowTiles, v, vLayout, y, yLayout);
    });
    parallelFor(kFrequencies<F>, [&](long f, int) {
      accumulateProducts<E>(s, f, f + 1, blocks.tilesOf(block), v, vLayout, y, yLayout, sums);
    });
  }
  finish<F>(s, sums, 1, dkernel);
}

template <typename F, typename E, typename T>
void gradientIn(const Convolution& s, Source<T> x, const T* dy, float* dkernel) {
  constexpr long kSmall = std::is_same_v<F, F4> ? 32 * 32 : 128 * 128;
  if (s.inputs * s.outputs <= kSmall)
    gradientOfSmall<F, E>(s, x, dy, dkernel);
  else
    gradientOfLarge<F, E>(s, x, dy, dkernel);
}

}  // namespace

template <typename T>
void kernelGradient(const Convolution& shape, Source<T> x, const T* dy, float* dkernel) {
  if constexpr (std::is_same_v<T, float>) {
    if (suitsF4(shape)) return gradientIn<F4, T>(shape, x, dy, dkernel);
  }
  // A row with an odd number of tiles does not come in pairs.
  if ((shape.w / F2::kOutputs) % kGroup<T> == 0)
    gradientIn<F2, T>(shape, x, dy, dkernel);
  else
    gradientIn<F2, float>(shape, x, dy, dkernel);
}

template void kernelGradient(const Convolution&, Source<float>, const float*, float*);
#if defined(GANBENCH_BFLOAT16)
template void kernelGradient(const Convolution&, Source<bfloat16>, const bfloat16*, float*);
#endif

}  // namespace ganbench::winograd
