#include "convolution.h"

#include <algorithm>

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

using Transformed = Vec[4][4];

/** G g G' of the kernels from one input to kLanes outputs. */
void transformAt(const Convolution& s, const float* kernel, long input, long output, Transformed& u) {
  transformKernel([&](int i, int j) { return load(kernel + ((3 * i + j) * s.inputs + input) * s.outputs + output); }, u);
}

void putKernels(const Convolution& s, const float* kernel, const Panels<float>& panels, long input, float* u) {
  for (long output = 0; output < s.outputs; output += kLanes) {
    Transformed w;
    transformAt(s, kernel, input, output, w);
    for (int f = 0; f < kFrequencies; f++) store(u + panels.at(f, input, output), w[f / 4][f % 4]);
  }
}

#if defined(GANBENCH_BFLOAT16)
void putKernels(const Convolution& s, const float* kernel, const Panels<bfloat16>& panels, long input, bfloat16* u) {
  for (long output = 0; output < s.outputs; output += kLanes) {
    Transformed even, odd;
    transformAt(s, kernel, input, output, even);
    transformAt(s, kernel, input + 1, output, odd);
    for (int f = 0; f < kFrequencies; f++)
      storeInterleaved(u + panels.at(f, input, output), even[f / 4][f % 4], odd[f / 4][f % 4]);
  }
}
#endif

/** Columns are the outputs. */
template <typename E>
void transformKernels(const Convolution& s, const float* kernel, E* u) {
  const Panels<E> panels(s.inputs, s.outputs);
  parallelFor(s.inputs / kGroup<E>, [&](long group, int) { putKernels(s, kernel, panels, kGroup<E> * group, u); });
}

/** Kernels turned by 180 degrees, columns are the inputs. Turning swaps the outer frequencies of either axis. */
template <typename E>
void transformTurnedKernels(const Convolution& s, const float* kernel, E* u) {
  const Panels<E> panels(s.outputs, s.inputs);
  constexpr int turned[4] = {3, 1, 2, 0};
  parallelFor(s.inputs / kLanes, [&](long group, int) {
    for (long output = 0; output < s.outputs; output += kLanes) {
      alignas(64) E w[kFrequencies][kLanes][kLanes];
      for (long lane = 0; lane < kLanes; lane++) {
        Transformed t;
        transformAt(s, kernel, group * kLanes + lane, output, t);
        for (int f = 0; f < kFrequencies; f++) store(w[4 * turned[f / 4] + turned[f % 4]][lane], t[f / 4][f % 4]);
      }
      for (int f = 0; f < kFrequencies; f++)
        for (long k = 0; k < kLanes; k += kGroup<E>) {
          E* to = u + panels.at(f, output + k, group * kLanes);
          for (long lane = 0; lane < kLanes; lane++) std::copy_n(&w[f][lane][k], kGroup<E>, to + kGroup<E> * lane);
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

template <typename E>
void multiply(long rows, const Panels<E>& panels, const E* v, TileLayout vLayout, const E* u, float* m,
              TileLayout mLayout) {
  for (int f = 0; f < kFrequencies; f++)
    for (long column = 0; column < panels.columns; column += panels.width)
      multiplyPanel<E>(panels.width, rows, panels.depth / kGroup<E>, v + f * vLayout.plane, {vLayout.row, kGroup<E>},
                       u + panels.at(f, 0, column), panels.width * kGroup<E>, m + f * mLayout.plane + column,
                       mLayout.row, false);
}

/** Images [n, h, w, depth] to [n, h, w, columns] with transformed kernels. */
template <typename T>
void convolveTransformed(const Convolution& s, const Panels<T>& panels, Source<T> x, const T* u, T* y,
                         const Epilogue<T>& epilogue) {
  const Blocks blocks(s, std::max(panels.depth, panels.columns) > 64 ? 128 : 64);
  const TileLayout vLayout = layoutOf(blocks.room(), panels.depth), mLayout = layoutOf(blocks.room(), panels.columns);
  const bool measured = epilogue.mean != nullptr;
  ChannelMoments moments(measured ? blocks.count : 0, panels.columns);
  parallelFor(blocks.count, [&](long block, int) {
    T* v = scratch<T>(0, kFrequencies * vLayout.plane);
    float* m = scratch<float>(1, kFrequencies * mLayout.plane);
    for (long row = 0; row < blocks.rowsOf(block); row++)
      for (long channel = 0; channel < panels.depth; channel += kLanes)
        transformInputRow(s, panels.depth, x, blocks.first(block) + row, channel, row * blocks.rowTiles,
                          ByTile<T>{v, vLayout});
    multiply<T>(blocks.room(), panels, v, vLayout, u, m, mLayout);
    writeOutputs(s, panels.columns, blocks, block, m, mLayout, y, epilogue, measured ? &moments : nullptr);
  });
  if (measured) moments.merge(epilogue.mean, epilogue.variance);
}

}  // namespace

template <typename T>
void convolve(const Convolution& shape, Source<T> x, const float* kernel, T* y, const Epilogue<T>& epilogue) {
  T* u = scratch<T>(2, kFrequencies * shape.inputs * shape.outputs);
  transformKernels(shape, kernel, u);
  convolveTransformed(shape, Panels<T>(shape.inputs, shape.outputs), x, u, y, epilogue);
}

template <typename T>
void inputGradient(const Convolution& shape, const T* dy, const float* kernel, T* dx, const Epilogue<T>& epilogue) {
  T* u = scratch<T>(2, kFrequencies * shape.inputs * shape.outputs);
  transformTurnedKernels(shape, kernel, u);
  convolveTransformed(shape, Panels<T>(shape.outputs, shape.inputs), Source<T>{dy}, u, dx, epilogue);
}

template void convolve(const Convolution&, Source<float>, const float*, float*, const Epilogue<float>&);
template void inputGradient(const Convolution&, const float*, const float*, float*, const Epilogue<float>&);
#if defined(GANBENCH_BFLOAT16)
template void convolve(const Convolution&, Source<bfloat16>, const float*, bfloat16*, const Epilogue<bfloat16>&);
template void inputGradient(const Convolution&, const bfloat16*, const float*, bfloat16*, const Epilogue<bfloat16>&);
#endif

}  // namespace ganbench::winograd
