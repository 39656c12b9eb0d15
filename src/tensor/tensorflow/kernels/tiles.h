// The transforms of Winograd's F(m x m, 3 x 3): a tile is m x m outputs and the inputs that they come from, two more
// along each axis. F is the filtering along one axis.
#pragma once

#include "convolution.h"
#include "filtering.h"
#include "vector.h"

namespace ganbench {

/** Frequencies of a tile, along both axes. */
template <typename F>
constexpr int kFrequencies = F::kInputs * F::kInputs;

/** Tiles of a block, by frequency: element (frequency, tile, channel) at frequency * plane + tile * row + channel. */
struct TileLayout {
  long plane;
  long row;
};

/** Puts tiles where the product over channels reads them: [frequency][tile][channel]. */
template <typename E>
struct ByTile {
  E* out;
  TileLayout layout;

  void put(int frequency, long tile, long channel, Vec value) {
    store(out + frequency * layout.plane + tile * layout.row + channel, value);
  }
};

#if defined(GANBENCH_BFLOAT16)
/** Puts tiles where a product over tiles reads them, two and two together: [frequency][pair][channel][2]. */
template <typename F>
struct ByPair {
  bfloat16* out;
  TileLayout layout;
  Vec even[kFrequencies<F>] = {};

  void put(int frequency, long tile, long channel, Vec value) {
    if (tile % 2 == 0)
      even[frequency] = value;
    else
      storeInterleaved(out + frequency * layout.plane + (tile - 1) * layout.row + 2 * channel, even[frequency], value);
  }
};
#endif

/** Transforms the rows of a matrix whose columns are given, and hands each number to put(row, column, value). */
template <int kRows, int kFrom, int kTo, typename Put>
inline void transformRows(const Vec (&columns)[kFrom][kRows], void (*transform)(const Vec (&)[kFrom], Vec (&)[kTo]),
                          Put put) {
#pragma GCC unroll 6
  for (int i = 0; i < kRows; i++) {
    Vec from[kFrom], to[kTo];
#pragma GCC unroll 6
    for (int j = 0; j < kFrom; j++) from[j] = columns[j][i];
    transform(from, to);
#pragma GCC unroll 6
    for (int j = 0; j < kTo; j++) put(i, j, to[j]);
  }
}

/**
 * B' d B of a row of tiles (tileRow counts through all images) for kLanes channels from `channel` on. Pixels outside
 * the image are zero. The first tile goes to `out` as number `first`.
 */
template <typename F, typename T, typename Out>
void transformInputRow(const Convolution& s, long channels, const Source<T>& x, long tileRow, long channel, long first,
                       Out out) {
  constexpr int m = F::kOutputs, n = F::kInputs;
  const long image = tileRow / (s.h / m), top = m * (tileRow % (s.h / m)) - 1;
  const Vec factor = x.factor == nullptr ? Vec{} : load(x.factor + channel);
  const Vec term = x.factor == nullptr ? Vec{} : load(x.term + channel);
  long rows[n];
  for (int i = 0; i < n; i++) {
    const bool inside = top + i >= 0 && top + i < s.h;
    rows[i] = inside ? ((image * s.h + top + i) * s.w) * channels + channel : -1;
  }
  const auto transformColumn = [&](long at, Vec (&column)[n]) {
    Vec d[n];
#pragma GCC unroll 6
    for (int i = 0; i < n; i++) d[i] = rows[i] < 0 ? Vec{} : activated(x, rows[i] + at * channels, factor, term);
    // The rows that the next row of tiles adds to these.
    for (int i = m + 1; i <= 2 * m; i++) __builtin_prefetch(x.values + rows[1] + (at + i * s.w) * channels);
    F::transformInput(d, column);
  };
  Vec columns[n][n] = {};
  transformColumn(0, columns[1]);
  for (long tile = 0; tile < s.w / m; tile++) {
#pragma GCC unroll 6
    for (int j = 2; j < n - 1; j++) transformColumn(m * tile + j - 1, columns[j]);
    if (tile + 1 < s.w / m)
      transformColumn(m * tile + m, columns[n - 1]);
    else
      for (int i = 0; i < n; i++) columns[n - 1][i] = Vec{};
    transformRows<n, n, n>(columns, F::transformInput,
                           [&](int i, int j, Vec value) { out.put(n * i + j, first + tile, channel, value); });
    for (int i = 0; i < n; i++) {
      columns[0][i] = columns[m][i];
      columns[1][i] = columns[m + 1][i];
    }
  }
}

/** A dy A' of a row of tiles, for the gradient of the kernel. */
template <typename F, typename T, typename Out>
void transformGradientRow(const Convolution& s, long channels, const T* dy, long tileRow, long channel, long first,
                          Out out) {
  constexpr int m = F::kOutputs, n = F::kInputs;
  const T* row = dy + m * tileRow * s.w * channels + channel;
  for (long tile = 0; tile < s.w / m; tile++) {
    Vec columns[m][n];
#pragma GCC unroll 6
    for (int j = 0; j < m; j++) {
      Vec d[m];
#pragma GCC unroll 6
      for (int i = 0; i < m; i++) d[i] = load(row + (i * s.w + m * tile + j) * channels);
      F::transformGradient(d, columns[j]);
    }
    transformRows<n, m, n>(columns, F::transformGradient,
                           [&](int i, int j, Vec value) { out.put(n * i + j, first + tile, channel, value); });
  }
}

/** The outputs A' m A of a tile, each to put(row, column, value). */
template <typename F, typename Put>
inline void transformOutput(const float* m, long plane, Put put) {
  constexpr int n = F::kInputs;
  Vec columns[n][F::kOutputs];
#pragma GCC unroll 6
  for (int j = 0; j < n; j++) {
    Vec from[n];
#pragma GCC unroll 6
    for (int i = 0; i < n; i++) from[i] = load(m + (n * i + j) * plane);
    F::transformOutput(from, columns[j]);
  }
  transformRows<F::kOutputs, n, F::kOutputs>(columns, F::transformOutput, put);
}

/** G g G' of kLanes kernels, each number to put(row, column, value); g(i, j) gives the taps. */
template <typename F, typename Taps, typename Put>
inline void transformKernel(Taps g, Put put) {
  constexpr int n = F::kInputs;
  Vec columns[3][n];
#pragma GCC unroll 6
  for (int j = 0; j < 3; j++) F::transformKernel({g(0, j), g(1, j), g(2, j)}, columns[j]);
  transformRows<n, 3, n>(columns, F::transformKernel, put);
}

/** G' w G: the gradient of the 3 x 3 kernels from that of their transforms w(i, j); each tap to put(row, column, value). */
template <typename F, typename Transformed, typename Put>
inline void transformKernelGradient(Transformed w, Put put) {
  constexpr int n = F::kInputs;
  Vec columns[n][3];
#pragma GCC unroll 6
  for (int j = 0; j < n; j++) {
    Vec from[n];
#pragma GCC unroll 6
    for (int i = 0; i < n; i++) from[i] = w(i, j);
    F::transformKernelGradient(from, columns[j]);
  }
  transformRows<3, n, 3>(columns, F::transformKernelGradient, put);
}

}  // namespace ganbench
