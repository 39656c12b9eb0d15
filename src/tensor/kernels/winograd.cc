#include "convolution.h"

#include <algorithm>

#include "gemm.h"
#include "moments.h"
#include "pool.h"
#include "scratch.h"
#include "tiles.h"

namespace ganbench::winograd {
namespace {

/** Consecutive rows of tiles that are worked on together, so that their transforms stay in a core's cache. */
struct Blocks {
  long rowTiles;      // tiles of a row
  long rows;          // rows of tiles in all images
  long rowsPerBlock;
  long count;

  Blocks(const Convolution& s, long tiles)
      : rowTiles(s.w / 2),
        rows(s.n * (s.h / 2)),
        rowsPerBlock(std::max(1L, tiles / rowTiles)),
        count((rows + rowsPerBlock - 1) / rowsPerBlock) {}

  long first(long block) const { return block * rowsPerBlock; }
  long rowsOf(long block) const { return std::min(rowsPerBlock, rows - first(block)); }
  /** Room for tiles of a block, so that the product needs no remainder. */
  long room() const { return (rowsPerBlock * rowTiles + kRows - 1) / kRows * kRows; }
};

/** Planes are kept apart by a line of the cache: powers of two would all fall on the same lines. */
TileLayout layoutOf(long room, long channels) { return {room * channels + kLanes, channels}; }

/** Transformed kernels, [frequency][panel][depth][width]: panels of B as the product reads them. */
struct Panels {
  long depth, columns, width;

  Panels(long depth, long columns) : depth(depth), columns(columns), width(panelWidth(columns)) {}
  long plane() const { return depth * columns; }
  long at(long frequency, long k, long column) const {
    return frequency * plane() + column / width * width * depth + k * width + column % width;
  }
};

/** Columns are the outputs. */
void transformKernels(const Convolution& s, const float* kernel, float* u) {
  const Panels panels(s.inputs, s.outputs);
  parallelFor(s.inputs, [&](long input, int) {
    for (long output = 0; output < s.outputs; output += kLanes) {
      Vec w[4][4];
      transformKernel([&](int i, int j) { return load(kernel + ((3 * i + j) * s.inputs + input) * s.outputs + output); }, w);
      for (int f = 0; f < kFrequencies; f++) store(u + panels.at(f, input, output), w[f / 4][f % 4]);
    }
  });
}

/** Kernels turned by 180 degrees, columns are the inputs. Turning swaps the outer frequencies of either axis. */
void transformTurnedKernels(const Convolution& s, const float* kernel, float* u) {
  const Panels panels(s.outputs, s.inputs);
  constexpr int turned[4] = {3, 1, 2, 0};
  parallelFor(s.inputs / kLanes, [&](long group, int) {
    for (long output = 0; output < s.outputs; output += kLanes) {
      alignas(64) float w[kFrequencies][kLanes][kLanes];
      for (long lane = 0; lane < kLanes; lane++) {
        const long input = group * kLanes + lane;
        Vec t[4][4];
        transformKernel([&](int i, int j) { return load(kernel + ((3 * i + j) * s.inputs + input) * s.outputs + output); }, t);
        for (int f = 0; f < kFrequencies; f++) store(w[4 * turned[f / 4] + turned[f % 4]][lane], t[f / 4][f % 4]);
      }
      for (int f = 0; f < kFrequencies; f++)
        for (long k = 0; k < kLanes; k++) {
          float* to = u + panels.at(f, output + k, group * kLanes);
          for (long lane = 0; lane < kLanes; lane++) to[lane] = w[f][lane][k];
        }
    }
  });
}

/** A' m A of a block and what the epilogue adds; the moments of the results, if they are wanted. */
template <typename T>
void writeOutputs(const Convolution& s, long channels, const Blocks& blocks, long block, const float* m,
                  TileLayout layout, T* y, const Epilogue<T>& epilogue, ChannelMoments* moments) {
  const long rows = blocks.rowsOf(block), first = blocks.first(block);
  for (long channel = 0; channel < channels; channel += kLanes) {
    const Vec bias = epilogue.bias == nullptr ? Vec{} : load(epilogue.bias + channel);
    PieceMoments piece(transformOutput(m + channel, layout.plane).at[0][0] + bias);
    for (long row = 0; row < rows; row++) {
      for (long tile = 0; tile < blocks.rowTiles; tile++) {
        const float* from = m + (row * blocks.rowTiles + tile) * layout.row + channel;
        const Outputs outputs = transformOutput(from, layout.plane);
        for (int i = 0; i < 2; i++)
          for (int j = 0; j < 2; j++) {
            const long at = ((2 * (first + row) + i) * s.w + 2 * tile + j) * channels + channel;
            Vec value = outputs.at[i][j] + bias;
            if (epilogue.addend != nullptr) value += load(epilogue.addend + at);
            store(y + at, value);
            // As it was stored: rounded, if its type is shorter.
            if (moments != nullptr) piece.add(load(y + at));
          }
      }
    }
    if (moments != nullptr) moments->put(block, channel, 4 * rows * blocks.rowTiles, piece);
  }
}

void multiply(long rows, const Panels& panels, const float* v, TileLayout vLayout, const float* u, float* m,
              TileLayout mLayout) {
  for (int f = 0; f < kFrequencies; f++)
    for (long column = 0; column < panels.columns; column += panels.width) {
      const float* b = u + panels.at(f, 0, column);
      float* c = m + f * mLayout.plane + column;
      const float* a = v + f * vLayout.plane;
      if (panels.width == kLanes)
        multiplyPanel<1>(rows, panels.depth, a, {vLayout.row, 1}, b, panels.width, c, mLayout.row, false);
      else
        multiplyPanel<2>(rows, panels.depth, a, {vLayout.row, 1}, b, panels.width, c, mLayout.row, false);
    }
}

/** Images [n, h, w, depth] to [n, h, w, columns] with transformed kernels. */
template <typename T>
void convolveTransformed(const Convolution& s, const Panels& panels, Source<T> x, const float* u, T* y,
                         const Epilogue<T>& epilogue) {
  const Blocks blocks(s, std::max(panels.depth, panels.columns) > 64 ? 128 : 64);
  const TileLayout vLayout = layoutOf(blocks.room(), panels.depth), mLayout = layoutOf(blocks.room(), panels.columns);
  const bool measured = epilogue.mean != nullptr;
  ChannelMoments moments(measured ? blocks.count : 0, panels.columns);
  parallelFor(blocks.count, [&](long block, int) {
    float* v = scratch<float>(0, kFrequencies * vLayout.plane);
    float* m = scratch<float>(1, kFrequencies * mLayout.plane);
    for (long row = 0; row < blocks.rowsOf(block); row++)
      for (long channel = 0; channel < panels.depth; channel += kLanes)
        transformInputRow(s, panels.depth, x, blocks.first(block) + row, channel,
                          v + row * blocks.rowTiles * vLayout.row, vLayout);
    multiply(blocks.room(), panels, v, vLayout, u, m, mLayout);
    writeOutputs(s, panels.columns, blocks, block, m, mLayout, y, epilogue, measured ? &moments : nullptr);
  });
  if (measured) moments.merge(epilogue.mean, epilogue.variance);
}

}  // namespace

template <typename T>
void convolve(const Convolution& shape, Source<T> x, const float* kernel, T* y, const Epilogue<T>& epilogue) {
  float* u = scratch<float>(2, kFrequencies * shape.inputs * shape.outputs);
  transformKernels(shape, kernel, u);
  convolveTransformed(shape, Panels(shape.inputs, shape.outputs), x, u, y, epilogue);
}

template <typename T>
void inputGradient(const Convolution& shape, const T* dy, const float* kernel, T* dx,
                           const Epilogue<T>& epilogue) {
  float* u = scratch<float>(2, kFrequencies * shape.inputs * shape.outputs);
  transformTurnedKernels(shape, kernel, u);
  convolveTransformed(shape, Panels(shape.outputs, shape.inputs), Source<T>{dy}, u, dx, epilogue);
}

namespace {

/** Adds V' Y of one block to `sums` [frequency][inputs][outputs]. */
void accumulateProducts(const Convolution& s, int from, int to, long tiles, const float* v, TileLayout vLayout,
                        const float* y, TileLayout yLayout, float* sums) {
  const long width = panelWidth(s.outputs);
  for (int f = from; f < to; f++)
    for (long column = 0; column < s.outputs; column += width) {
      const float* a = v + f * vLayout.plane;
      const float* b = y + f * yLayout.plane + column;
      float* c = sums + f * s.inputs * s.outputs + column;
      if (width == kLanes)
        multiplyPanel<1>(s.inputs, tiles, a, {1, vLayout.row}, b, yLayout.row, c, s.outputs, true);
      else
        multiplyPanel<2>(s.inputs, tiles, a, {1, vLayout.row}, b, yLayout.row, c, s.outputs, true);
    }
}

template <typename T>
void transformBoth(const Convolution& s, Source<T> x, const T* dy, long row, float* v, TileLayout vLayout, float* y,
                   TileLayout yLayout) {
  for (long channel = 0; channel < s.inputs; channel += kLanes)
    transformInputRow(s, s.inputs, x, row, channel, v, vLayout);
  for (long channel = 0; channel < s.outputs; channel += kLanes)
    transformGradientRow(s, s.outputs, dy, row, channel, y, yLayout);
}

/** The sum of `parts` accumulators, in their order, transformed back. */
void finishKernelGradient(const Convolution& s, const float* sums, long parts, float* dkernel) {
  const long size = s.inputs * s.outputs;
  parallelFor(s.inputs, [&](long input, int) {
    for (long output = 0; output < s.outputs; output += kLanes) {
      const long at = input * s.outputs + output;
      Vec w[4][4], g[3][3];
      for (int f = 0; f < kFrequencies; f++) {
        Vec sum = {};
        for (long part = 0; part < parts; part++) sum += load(sums + (part * kFrequencies + f) * size + at);
        w[f / 4][f % 4] = sum;
      }
      transformKernelGradient(w, g);
      for (int tap = 0; tap < 9; tap++) store(dkernel + tap * size + at, g[tap / 3][tap % 3]);
    }
  });
}

/** Into how many parts the images are split, each with an accumulator: fixed, so that the cores do not matter. */
constexpr long kParts = 8;

/** Each part has its transforms and its accumulator to itself: all of them fit a core's cache. */
template <typename T>
void smallKernelGradient(const Convolution& s, Source<T> x, const T* dy, float* dkernel) {
  const Blocks blocks(s, 64);
  const TileLayout vLayout = layoutOf(blocks.room(), s.inputs), yLayout = layoutOf(blocks.room(), s.outputs);
  const long size = kFrequencies * s.inputs * s.outputs;
  float* sums = scratch<float>(2, kParts * size);
  std::fill_n(sums, kParts * size, 0.0f);
  parallelFor(kParts, [&](long part, int) {
    float* v = scratch<float>(0, kFrequencies * vLayout.plane);
    float* y = scratch<float>(1, kFrequencies * yLayout.plane);
    for (long block = blocks.count * part / kParts; block < blocks.count * (part + 1) / kParts; block++) {
      for (long row = 0; row < blocks.rowsOf(block); row++)
        transformBoth(s, x, dy, blocks.first(block) + row, v + row * blocks.rowTiles * vLayout.row, vLayout,
                      y + row * blocks.rowTiles * yLayout.row, yLayout);
      accumulateProducts(s, 0, kFrequencies, blocks.rowsOf(block) * blocks.rowTiles, v, vLayout, y, yLayout,
                         sums + part * size);
    }
  });
  finishKernelGradient(s, sums, kParts, dkernel);
}

/** All threads transform a block, then each takes some frequencies: one accumulator, however large. */
template <typename T>
void largeKernelGradient(const Convolution& s, Source<T> x, const T* dy, float* dkernel) {
  const Blocks blocks(s, 256);
  const TileLayout vLayout = layoutOf(blocks.room(), s.inputs), yLayout = layoutOf(blocks.room(), s.outputs);
  const long size = kFrequencies * s.inputs * s.outputs;
  float* sums = scratch<float>(2, size);
  std::fill_n(sums, size, 0.0f);
  float* v = scratch<float>(0, kFrequencies * vLayout.plane);
  float* y = scratch<float>(1, kFrequencies * yLayout.plane);
  for (long block = 0; block < blocks.count; block++) {
    parallelFor(blocks.rowsOf(block), [&](long row, int) {
      transformBoth(s, x, dy, blocks.first(block) + row, v + row * blocks.rowTiles * vLayout.row, vLayout,
                    y + row * blocks.rowTiles * yLayout.row, yLayout);
    });
    parallelFor(kFrequencies, [&](long f, int) {
      accumulateProducts(s, f, f + 1, blocks.rowsOf(block) * blocks.rowTiles, v, vLayout, y, yLayout, sums);
    });
  }
  finishKernelGradient(s, sums, 1, dkernel);
}

}  // namespace

template <typename T>
void kernelGradient(const Convolution& shape, Source<T> x, const T* dy, float* dkernel) {
  if (shape.inputs * shape.outputs <= 128 * 128)
    smallKernelGradient(shape, x, dy, dkernel);
  else
    largeKernelGradient(shape, x, dy, dkernel);
}

template void convolve(const Convolution&, Source<float>, const float*, float*, const Epilogue<float>&);
template void inputGradient(const Convolution&, const float*, const float*, float*, const Epilogue<float>&);
template void kernelGradient(const Convolution&, Source<float>, const float*, float*);

}  // namespace ganbench::winograd
