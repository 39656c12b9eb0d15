// The transforms of Winograd's F(2 x 2, 3 x 3): a tile is 2 x 2 outputs and the 4 x 4 inputs that they come from.
#pragma once

#include "vector.h"
#include "convolution.h"

namespace ganbench {

/** Frequencies of a tile: 4 x 4. */
constexpr int kFrequencies = 16;

/** Tiles of a block, by frequency: element (frequency, tile, channel) at frequency * plane + tile * row + channel. */
struct TileLayout {
  long plane;
  long row;
};

/** B' d of one column of four pixels. */
struct Column {
  Vec at[4];
};

/** A transformed tile of kLanes channels. */
struct Tile {
  Vec at[kFrequencies];
};

/** Puts tiles where the product over channels reads them: [frequency][tile][channel]. */
template <typename E>
struct ByTile {
  E* out;
  TileLayout layout;

  void put(long tile, long channel, const Tile& values) {
    E* to = out + tile * layout.row + channel;
    for (int f = 0; f < kFrequencies; f++) store(to + f * layout.plane, values.at[f]);
  }
};

#if defined(GANBENCH_BFLOAT16)
/** Puts tiles where a product over tiles reads them, two and two together: [frequency][pair][channel][2]. */
struct ByPair {
  bfloat16* out;
  TileLayout layout;
  Tile even = {};

  void put(long tile, long channel, const Tile& values) {
    if (tile % 2 == 0) {
      even = values;
      return;
    }
    bfloat16* to = out + (tile - 1) * layout.row + 2 * channel;
    for (int f = 0; f < kFrequencies; f++) storeInterleaved(to + f * layout.plane, even.at[f], values.at[f]);
  }
};
#endif

/**
 * B' d B of a row of tiles (tileRow counts through all images) for kLanes channels from `channel` on. Pixels outside
 * the image are zero. The first tile goes to `out` as number `first`.
 */
template <typename T, typename Out>
void transformInputRow(const Convolution& s, long channels, const Source<T>& x, long tileRow, long channel, long first,
                       Out out) {
  const long image = tileRow / (s.h / 2), top = 2 * (tileRow % (s.h / 2)) - 1;
  const Vec factor = x.factor == nullptr ? Vec{} : load(x.factor + channel);
  const Vec term = x.factor == nullptr ? Vec{} : load(x.term + channel);
  long rows[4];
  for (int i = 0; i < 4; i++) {
    const bool inside = top + i >= 0 && top + i < s.h;
    rows[i] = inside ? ((image * s.h + top + i) * s.w) * channels + channel : -1;
  }
  const auto column = [&](long at) {
    Vec d[4];
    for (int i = 0; i < 4; i++) d[i] = rows[i] < 0 ? Vec{} : activated(x, rows[i] + at * channels, factor, term);
    // The two rows that the next row of tiles adds to these.
    for (int i = 2; i < 4; i++) __builtin_prefetch(x.values + rows[1] + (at + i * s.w) * channels);
    return Column{{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]}};
  };
  Column a = {}, b = column(0);
  for (long tile = 0; tile < s.w / 2; tile++) {
    const Column c = column(2 * tile + 1);
    const Column d = tile + 1 < s.w / 2 ? column(2 * tile + 2) : Column{};
    Tile values;
    for (int i = 0; i < 4; i++) {
      values.at[4 * i + 0] = a.at[i] - c.at[i];
      values.at[4 * i + 1] = b.at[i] + c.at[i];
      values.at[4 * i + 2] = c.at[i] - b.at[i];
      values.at[4 * i + 3] = b.at[i] - d.at[i];
    }
    out.put(first + tile, channel, values);
    a = c;
    b = d;
  }
}

/** A dy A' of a row of tiles, for the gradient of the kernel. */
template <typename T, typename Out>
void transformGradientRow(const Convolution& s, long channels, const T* dy, long tileRow, long channel, long first,
                          Out out) {
  const T* upper = dy + (2 * tileRow * s.w) * channels + channel;
  const T* lower = upper + s.w * channels;
  for (long tile = 0; tile < s.w / 2; tile++) {
    Column columns[2];
    for (int j = 0; j < 2; j++) {
      const long at = (2 * tile + j) * channels;
      const Vec a = load(upper + at), b = load(lower + at);
      columns[j] = {{a, a + b, a - b, Vec{} - b}};
    }
    Tile values;
    for (int i = 0; i < 4; i++) {
      const Vec a = columns[0].at[i], b = columns[1].at[i];
      values.at[4 * i + 0] = a;
      values.at[4 * i + 1] = a + b;
      values.at[4 * i + 2] = a - b;
      values.at[4 * i + 3] = Vec{} - b;
    }
    out.put(first + tile, channel, values);
  }
}

/** The 2 x 2 outputs A' m A of a tile. */
struct Outputs {
  Vec at[2][2];
};

inline Outputs transformOutput(const float* m, long plane) {
  Column columns[4];
  for (int j = 0; j < 4; j++) {
    const Vec a = load(m + (0 + j) * plane), b = load(m + (4 + j) * plane);
    const Vec c = load(m + (8 + j) * plane), d = load(m + (12 + j) * plane);
    columns[j].at[0] = a + b + c;
    columns[j].at[1] = b - c - d;
  }
  Outputs y;
  for (int i = 0; i < 2; i++) {
    y.at[i][0] = columns[0].at[i] + columns[1].at[i] + columns[2].at[i];
    y.at[i][1] = columns[1].at[i] - columns[2].at[i] - columns[3].at[i];
  }
  return y;
}

/** G g G' of kLanes kernels; g(i, j) gives the taps. */
template <typename Taps>
inline void transformKernel(Taps g, Vec (&u)[4][4]) {
  Vec rows[4][3];
  for (int j = 0; j < 3; j++) {
    const Vec sum = 0.5f * (g(0, j) + g(2, j)), middle = 0.5f * g(1, j);
    rows[0][j] = g(0, j);
    rows[1][j] = sum + middle;
    rows[2][j] = sum - middle;
    rows[3][j] = g(2, j);
  }
  for (int i = 0; i < 4; i++) {
    const Vec sum = 0.5f * (rows[i][0] + rows[i][2]), middle = 0.5f * rows[i][1];
    u[i][0] = rows[i][0];
    u[i][1] = sum + middle;
    u[i][2] = sum - middle;
    u[i][3] = rows[i][2];
  }
}

/** G' w G: the gradient of the 3 x 3 kernels from that of their transforms. */
inline void transformKernelGradient(const Vec (&w)[4][4], Vec (&g)[3][3]) {
  Vec rows[3][4];
  for (int j = 0; j < 4; j++) {
    const Vec sum = 0.5f * (w[1][j] + w[2][j]);
    rows[0][j] = w[0][j] + sum;
    rows[1][j] = 0.5f * (w[1][j] - w[2][j]);
    rows[2][j] = sum + w[3][j];
  }
  for (int i = 0; i < 3; i++) {
    const Vec sum = 0.5f * (rows[i][1] + rows[i][2]);
    g[i][0] = rows[i][0] + sum;
    g[i][1] = 0.5f * (rows[i][1] - rows[i][2]);
    g[i][2] = sum + rows[i][3];
  }
}

}  // namespace ganbench
