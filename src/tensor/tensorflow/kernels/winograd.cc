#include "convolution.h"

#include <algorithm>
#include <type_traits>

#include "blocks.h"
#include "gemm.h"
#include "moments.h"
#include "scratch.h"
#include "threads.h"
#include "tiles.h"

namespace ganbench::winograd {
namespace {

/** Transformed kernels, [frequency][panel][depth / kGroup][width][kGroup]: panels of B as the product reads them. */
template <typename E>
struct Panels {
  long depth, columns, width;

  Panels(long depth, long columns) : depth(depth), columns(columns), width(panelWidth(columns)) {}
  long plane() const { return depth * columns; }
  long at(long frequency, long k, long column) const {
    const long group = k / kGroup<E> * kGroup<E>;
    return frequency * plane() + column / width * width * depth + group * width + column % width * kGroup<E> +
           k % kGroup<E>;
  }
};

/** The taps of the kernels from one input to kLanes outputs, turned by 180 degrees if that is wanted. */
struct Taps {
  const Convolution& s;
  const float* kernel;
  bool turned;

  Vec at(int i, int j, long input, long output) const {
    const int tap = turned ? 8 - 3 * i - j : 3 * i + j;
    return load(kernel + (tap * s.inputs + input) * s.outputs + output);
  }
};

/** G g G' of those kernels, by frequency. */
template <typename F>
void transformAt(const Taps& taps, long input, long output, Vec* u) {
  transformKernel<F>([&](int i, int j) { return taps.at(i, j, input, output); },
                     [&](int i, int j, Vec value) { u[F::kInputs * i + j] = value; });
}

template <typename F>
void putKernels(const Taps& taps, const Panels<float>& panels, long input, float* u) {
  for (long output = 0; output < taps.s.outputs; output += kLanes) {
    Vec w[kFrequencies<F>];
    transformAt<F>(taps, input, output, w);
    for (int f = 0; f < kFrequencies<F>; f++) store(u + panels.at(f, input, output), w[f]);
  }
}

#if defined(GANBENCH_BFLOAT16)
template <typename F>
void putKernels(const Taps& taps, const Panels<bfloat16>& panels, long input, bfloat16* u) {
  for (long output = 0; output < taps.s.outputs; output += kLanes) {
    Vec even[kFrequencies<F>], odd[kFrequencies<F>];
    transformAt<F>(taps, input, output, even);
    transformAt<F>(taps, input + 1, output, odd);
    for (int f = 0; f < kFrequencies<F>; f++) storeInterleaved(u + panels.at(f, input, output), even[f], odd[f]);
  }
}
#endif

/** Columns are the outputs. */
template <typename F, typename E>
void transformKernels(const Convolution& s, const float* kernel, E* u) {
  const Panels<E> panels(s.inputs, s.outputs);
  const Taps taps = {s, kernel, false};
  parallelFor(s.inputs / kGroup<E>, [&](long group, int) { putKernels<F>(taps, panels, kGroup<E> * group, u); });
}

/** Kernels turned by 180 degrees, columns are the inputs. */
template <typename F, typename E>
void transformTurnedKernels(const Convolution& s, const float* kernel, E* u) {
  const Panels<E> panels(s.outputs, s.inputs);
  const Taps taps = {s, kernel, true};
  parallelFor(s.inputs / kLanes, [&](long group, int) {
    for (long output = 0; output < s.outputs; output += kLanes) {
      alignas(64) E w[kFrequencies<F>][kLanes][kLanes];
      for (long lane = 0; lane < kLanes; lane++) {
        Vec t[kFrequencies<F>];
        transformAt<F>(taps, group * kLanes + lane, output, t);
        for (int f = 0; f < kFrequencies<F>; f++) store(w[f][lane], t[f]);
      }
      for (int f = 0; f < kFrequencies<F>; f++)
        for (long k = 0; k < kLanes; k += kGroup<E>) {
          E* to = u + panels.at(f, output + k, group * kLanes);
          for (long lane = 0; lane < kLanes; lane++) std::copy_n(&w[f][lane][k], kGroup<E>, to + kGroup<E> * lane);
        }
    }
  });
}

/** A' m A of a block for kLanes channels and what the epilogue adds; their moments, if they are wanted. */
template <typename F, typename T>
void writeOutputs(const Convolution& s, long channels, long channel, const Blocks<F>& blocks, long block,
                  const float* m, TileLayout layout, T* y, const Epilogue<T>& epilogue, ChannelMoments* moments) {
  constexpr int side = F::kOutputs;
  const long rows = blocks.rowsOf(block), first = blocks.first(block);
  const Vec bias = epilogue.bias == nullptr ? Vec{} : load(epilogue.bias + channel);
  Vec shift = bias;
  transformOutput<F>(m + channel, layout.plane, [&](int i, int j, Vec output) {
    if (i == 0 && j == 0) shift += output;
  });
  PieceMoments piece(shift);
  for (long row = 0; row < rows; row++) {
    for (long tile = 0; tile < blocks.rowTiles; tile++) {
      const long corner = (side * (first + row) * s.w + side * tile) * channels + channel;
      transformOutput<F>(m + (row * blocks.rowTiles + tile) * layout.row + channel, layout.plane,
                         [&](int i, int j, Vec output) {
                           const long at = corner + (i * s.w + j) * channels;
                           Vec value = output + bias;
                           if (epilogue.addend != nullptr) value += load(epilogue.addend + at);
                           store(y + at, value);
                           // As it was stored: rounded, if its type is shorter.
                           if (moments != nullptr) piece.add(load(y + at));
                         });
    }
  }
  if (moments != nullptr) moments->put(block, channel, side * side * rows * blocks.rowTiles, piece);
}

/** M of so many tiles and one frequency. */
template <typename E>
void multiply(int frequency, long rows, const Panels<E>& panels, const E* v, TileLayout vLayout, const E* u, float* m,
              TileLayout mLayout) {
  for (long column = 0; column < panels.columns; column += panels.width)
    multiplyPanel<E>(panels.width, rows, panels.depth / kGroup<E>, v + frequency * vLayout.plane,
                     {vLayout.row, kGroup<E>}, u + panels.at(frequency, 0, column), panels.width * kGroup<E>,
                     m + frequency * mLayout.plane + column, mLayout.row, false);
}

/** How many tiles are worked on together. Fixed, as is all that decides how sums are made. */
template <typename F>
long tilesOfBlock(long channels) {
  if constexpr (std::is_same_v<F, F4>) return 32;
  return channels > 64 ? 128 : 64;
}

/** Fewer blocks than this are not shared out whole. */
constexpr long kFewBlocks = 16;

/** Numbers in a line of the cache: two threads that write to one take it from each other. */
template <typename T>
constexpr long kLine = 64 / sizeof(T);

/** Images [n, h, w, depth] to [n, h, w, columns] with transformed kernels. */
template <typename F, typename T>
void convolveTransformed(const Convolution& s, const Panels<T>& panels, Source<T> x, const T* u, T* y,
                         const Epilogue<T>& epilogue) {
  const Blocks<F> blocks(s, tilesOfBlock<F>(std::max(panels.depth, panels.columns)));
  const bool few = blocks.count < kFewBlocks, measured = epilogue.mean != nullptr;
  const long room = few ? roundUp(blocks.rows * blocks.rowTiles, kRowUnit) : blocks.room();
  const TileLayout vLayout = layoutOf(room, panels.depth), mLayout = layoutOf(room, panels.columns);
  ChannelMoments moments(measured ? blocks.count : 0, panels.columns);
  const auto transform = [&](long row, long first, T* v) {
    for (long channel = 0; channel < panels.depth; channel += kLanes)
      transformInputRow<F>(s, panels.depth, x, row, channel, first, ByTile<T>{v, vLayout});
  };
  const auto write = [&](long block, long channel, const float* m) {
    writeOutputs(s, panels.columns, channel, blocks, block, m, mLayout, y, epilogue, measured ? &moments : nullptr);
  };
  const auto roomOfV = [&] { return scratch<T>(0, kFrequencies<F> * vLayout.plane); };
  const auto roomOfM = [&] { return scratch<float>(1, kFrequencies<F> * mLayout.plane); };
  if (few) {
    // All threads transform all tiles, multiply a frequency each, and write some channels each.
    T* v = roomOfV();
    float* m = roomOfM();
    parallelFor(blocks.rows, [&](long row, int) { transform(row, row * blocks.rowTiles, v); });
    parallelFor(kFrequencies<F>, [&](long f, int) { multiply(f, room, panels, v, vLayout, u, m, mLayout); });
    parallelFor(roundUp(panels.columns, kLine<T>) / kLine<T>, [&](long line, int) {
      const long end = std::min(panels.columns, (line + 1) * kLine<T>);
      for (long block = 0; block < blocks.count; block++)
        for (long channel = line * kLine<T>; channel < end; channel += kLanes)
          write(block, channel, m + blocks.first(block) * blocks.rowTiles * mLayout.row);
    });
  } else {
    parallelFor(blocks.count, [&](long block, int) {
      T* v = roomOfV();
      float* m = roomOfM();
      for (long row = 0; row < blocks.rowsOf(block); row++)
        transform(blocks.first(block) + row, row * blocks.rowTiles, v);
      for (int f = 0; f < kFrequencies<F>; f++) multiply(f, room, panels, v, vLayout, u, m, mLayout);
      for (long channel = 0; channel < panels.columns; channel += kLanes) write(block, channel, m);
    });
  }
  if (measured) moments.merge(epilogue.mean, epilogue.variance);
}

template <typename F, typename T>
void convolveBy(const Convolution& s, Source<T> x, const float* kernel, T* y, const Epilogue<T>& epilogue) {
  T* u = scratch<T>(2, kFrequencies<F> * s.inputs * s.outputs);
  transformKernels<F>(s, kernel, u);
  convolveTransformed<F>(s, Panels<T>(s.inputs, s.outputs), x, u, y, epilogue);
}

template <typename F, typename T>
void inputGradientBy(const Convolution& s, const T* dy, const float* kernel, T* dx, const Epilogue<T>& epilogue) {
  T* u = scratch<T>(2, kFrequencies<F> * s.inputs * s.outputs);
  transformTurnedKernels<F>(s, kernel, u);
  convolveTransformed<F>(s, Panels<T>(s.outputs, s.inputs), Source<T>{dy}, u, dx, epilogue);
}

}  // namespace

template <typename T>
void convolve(const Convolution& shape, Source<T> x, const float* kernel, T* y, const Epilogue<T>& epilogue) {
  if constexpr (std::is_same_v<T, float>) {
    if (suitsF4(shape)) return convolveBy<F4>(shape, x, kernel, y, epilogue);
  }
  convolveBy<F2>(shape, x, kernel, y, epilogue);
}

template <typename T>
void inputGradient(const Convolution& shape, const T* dy, const float* kernel, T* dx, const Epilogue<T>& epilogue) {
  if constexpr (std::is_same_v<T, float>) {
    if (suitsF4(shape)) return inputGradientBy<F4>(shape, dy, kernel, dx, epilogue);
  }
  inputGradientBy<F2>(shape, dy, kernel, dx, epilogue);
}

template void convolve(const Convolution&, Source<float>, const float*, float*, const Epilogue<float>&);
template void inputGradient(const Convolution&, const float*, const float*, float*, const Epilogue<float>&);
#if defined(GANBENCH_BFLOAT16)
template void convolve(const Convolution&, Source<bfloat16>, const float*, bfloat16*, const Epilogue<bfloat16>&);
template void inputGradient(const Convolution&, const bfloat16*, const float*, bfloat16*, const Epilogue<bfloat16>&);
#endif

}  // namespace ganbench::winograd
