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

/**
 * B' d B of a row of tiles (tileRow counts through all images) for kLanes channels from `channel` on. Pixels outside
 * the image are zero.
 */
template <typename T, typename Out>
void transformInputRow(const Convolution& s, long channels, const Source<T>& x, long tileRow, long channel, Out* out,
                       TileLayout layout) {
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
    for (int i = 0; i < 4; i++)
      d[i] = rows[i] < 0 ? Vec{} : activated(x, rows[i] + at * channels, factor, term);
    return Column{{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]}};
  };
  Column first = {}, second = column(0);
  for (long tile = 0; tile < s.w / 2; tile++) {
    const Column third = column(2 * tile + 1);
    const Column fourth = tile + 1 < s.w / 2 ? column(2 * tile + 2) : Column{};
    Out* to = out + tile * layout.row + channel;
    for (int i = 0; i < 4; i++) {
      store(to + (4 * i + 0) * layout.plane, first.at[i] - third.at[i]);
      store(to + (4 * i + 1) * layout.plane, second.at[i] + third.at[i]);
      store(to + (4 * i + 2) * layout.plane, third.at[i] - second.at[i]);
      store(to + (4 * i + 3) * layout.plane, second.at[i] - fourth.at[i]);
    }
    first = third;
    second = fourth;
  }
}

/** A dy A' of a row of tiles, for the gradient of the kernel. */
template <typename T, typename Out>
void transformGradientRow(const Convolution& s, long channels, const T* dy, long tileRow, long channel, Out* out,
                          TileLayout layout) {
  const T* upper = dy + (2 * tileRow * s.w) * channels + channel;
  const T* lower = upper + s.w * channels;
  for (long tile = 0; tile < s.w / 2; tile++) {
    Column columns[2];
    for (int j = 0; j < 2; j++) {
      const long at = (2 * tile + j) * channels;
      const Vec a = load(upper + at), b = load(lower + at);
      columns[j] = {{a, a + b, a - b, Vec{} - b}};
    }
    Out* to = out + tile * layout.row + channel;
    for (int i = 0; i < 4; i++) {
      const Vec a = columns[0].at[i], b = columns[1].at[i];
      store(to + (4 * i + 0) * layout.plane, a);
      store(to + (4 * i + 1) * layout.plane, a + b);
      store(to + (4 * i + 2) * layout.plane, a - b);
      store(to + (4 * i + 3) * layout.plane, Vec{} - b);
    }
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
