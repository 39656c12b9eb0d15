#include <algorithm>
#include <cstring>
#include <type_traits>

#include "convolution.h"
#include "gemm.h"
#include "moments.h"
#include "scratch.h"
#include "threads.h"

namespace ganbench::direct {
namespace {

constexpr int kTaps = 9;

/** Consecutive rows of output pixels that are worked on together. */
struct Blocks {
  long height, width;  // of the outputs
  long rows, rowsPerBlock, count;

  explicit Blocks(const Convolution& s)
      : height(s.h / s.stride),
        width(s.w / s.stride),
        rows(s.n * height),
        rowsPerBlock(std::max(1L, 64 / width)),
        count((rows + rowsPerBlock - 1) / rowsPerBlock) {}

  long first(long block) const { return block * rowsPerBlock; }
  long rowsOf(long block) const { return std::min(rowsPerBlock, rows - first(block)); }
  long pixelsOf(long block) const { return rowsOf(block) * width; }
  long room() const { return roundUp(rowsPerBlock * width, kRows); }
};

/** Taps [first, last) of a row of the kernel that fall on an image, and the offset of the first one's pixel. */
struct Run {
  int first, last;
  long offset;
};

/** Calls visit(pixel of the block, row of the kernel, run) for all of them; a run may be empty. */
template <typename Visit>
inline void forEachRun(const Convolution& s, const Blocks& blocks, long block, Visit visit) {
  for (long row = 0; row < blocks.rowsOf(block); row++) {
    const long global = blocks.first(block) + row, image = global / blocks.height;
    for (int i = 0; i < 3; i++) {
      const long y = global % blocks.height * s.stride + i - 1, start = (image * s.h + y) * s.w;
      const bool inside = y >= 0 && y < s.h;
      for (long pixel = 0; pixel < blocks.width; pixel++) {
        const long left = pixel * s.stride - 1;
        const int first = left < 0 ? 1 : 0, last = !inside ? first : left + 3 > s.w ? 2 : 3;
        visit(row * blocks.width + pixel, i, Run{first, last, (start + left + first) * s.inputs});
      }
    }
  }
}

template <typename T>
inline void copyVectors(const Source<T>& x, long offset, long channels, int pixels, float* to) {
  for (long c = 0; c < channels; c += kLanes) {
    const Vec factor = x.factor == nullptr ? Vec{} : load(x.factor + c);
    const Vec term = x.factor == nullptr ? Vec{} : load(x.term + c);
    for (long at = c; at < pixels * channels; at += channels) store(to + at, activated(x, offset + at, factor, term));
  }
}

template <typename T>
inline void copyRun(const Source<T>& x, long offset, long channels, int pixels, float* to) {
  if constexpr (std::is_same_v<T, float>) {
    if (channels == kImageChannels) {
      // A size that the compiler knows becomes a few moves in place of a call.
      if (pixels == 3) std::memcpy(to, x.values + offset, 3 * kImageChannels * sizeof(float));
      else if (pixels == 2) std::memcpy(to, x.values + offset, 2 * kImageChannels * sizeof(float));
      else std::memcpy(to, x.values + offset, kImageChannels * sizeof(float));
      return;
    }
  }
  copyVectors(x, offset, channels, pixels, to);
}

/** Patches [pixels][row], the taps of a pixel one after the other; zero outside the image and behind the taps. */
template <typename T>
void gatherPatches(const Convolution& s, const Blocks& blocks, long block, const Source<T>& x, float* patches,
                   long row) {
  const long behind = row - kTaps * s.inputs;
  if (behind > 0)
    for (long pixel = 0; pixel < blocks.room(); pixel++) std::fill_n(patches + (pixel + 1) * row - behind, behind, 0.0f);
  forEachRun(s, blocks, block, [&](long pixel, int i, const Run& run) {
    float* to = patches + pixel * row + 3 * i * s.inputs;
    if (run.last - run.first < 3) std::fill_n(to, 3 * s.inputs, 0.0f);
    if (run.last > run.first) copyRun(x, run.offset, s.inputs, run.last - run.first, to + run.first * s.inputs);
  });
}

/** C [rows][columns] = A B or += A B for any number of columns that is a multiple of 16. */
void multiply(long rows, long columns, long depth, const float* a, StridesOfA as, const float* b, float* c,
              bool accumulate) {
  const long width = panelWidth(columns);
  for (long column = 0; column < columns; column += width)
    multiplyPanel(width, rows, depth, a, as, b + column, columns, c + column, columns, accumulate);
}

}  // namespace

template <typename In, typename Out>
void convolve(const Convolution& s, Source<In> x, const float* kernel, Out* y, const Epilogue<Out>& epilogue) {
  const Blocks blocks(s);
  const long depth = kTaps * s.inputs;
  const bool measured = epilogue.mean != nullptr;
  ChannelMoments moments(measured ? blocks.count : 0, s.outputs);
  parallelFor(blocks.count, [&](long block, int) {
    float* patches = scratch<float>(0, blocks.room() * depth);
    float* results = scratch<float>(1, blocks.room() * s.outputs);
    gatherPatches(s, blocks, block, x, patches, depth);
    multiply(blocks.room(), s.outputs, depth, patches, {depth, 1}, kernel, results, false);
    Out* to = y + blocks.first(block) * blocks.width * s.outputs;
    for (long channel = 0; channel < s.outputs; channel += kLanes) {
      const Vec bias = epilogue.bias == nullptr ? Vec{} : load(epilogue.bias + channel);
      PieceMoments piece(load(results + channel) + bias);
      for (long pixel = 0; pixel < blocks.pixelsOf(block); pixel++) {
        const long at = pixel * s.outputs + channel;
        store(to + at, load(results + at) + bias);
        piece.add(load(to + at));
      }
      if (measured) moments.put(block, channel, blocks.pixelsOf(block), piece);
    }
  });
  if (measured) moments.merge(epilogue.mean, epilogue.variance);
}

template <typename T>
void inputGradient(const Convolution& s, const T* dy, const float* kernel, T* dx, const T* addend) {
  const Blocks blocks(s);
  const long depth = kTaps * s.inputs, size = s.h * s.w * s.inputs;
  float* turned = scratch<float>(2, depth * s.outputs);
  for (long k = 0; k < depth; k++)
    for (long o = 0; o < s.outputs; o++) turned[o * depth + k] = kernel[k * s.outputs + o];
  // A block of this loop is one image: what its patches share lies within it.
  const Convolution one = {1, s.h, s.w, s.inputs, s.outputs, s.stride};
  const Blocks rows(one);
  parallelFor(s.n, [&](long image, int) {
    float* sums = scratch<float>(0, size);
    float* patches = scratch<float>(1, rows.room() * depth);
    float* wide = scratch<float>(3, rows.room() * s.outputs);
    std::fill_n(sums, size, 0.0f);
    for (long block = 0; block < rows.count; block++) {
      const T* from = dy + (image * rows.rows + rows.first(block)) * rows.width * s.outputs;
      const long pixels = rows.pixelsOf(block);
      std::fill_n(wide, rows.room() * s.outputs, 0.0f);
      for (long i = 0; i < pixels * s.outputs; i += kLanes) store(wide + i, load(from + i));
      multiply(rows.room(), depth, s.outputs, wide, {s.outputs, 1}, turned, patches, false);
      forEachRun(one, rows, block, [&](long pixel, int i, const Run& run) {
        const float* patch = patches + pixel * depth + (3 * i + run.first) * s.inputs;
        float* to = sums + run.offset;
        for (long c = 0; c < (run.last - run.first) * s.inputs; c += kLanes) store(to + c, load(to + c) + load(patch + c));
      });
    }
    for (long i = 0; i < size; i += kLanes) {
      const Vec sum = load(sums + i);
      store(dx + image * size + i, addend == nullptr ? sum : sum + load(addend + image * size + i));
    }
  });
}

template <typename In, typename Out>
void kernelGradient(const Convolution& s, Source<In> x, const Out* dy, float* dkernel) {
  // Fixed, so that the order of the sum does not depend on the number of cores.
  constexpr long kParts = 8;
  const Blocks blocks(s);
  const long depth = roundUp(kTaps * s.inputs, kRows), size = depth * s.outputs;
  float* sums = scratch<float>(2, kParts * size);
  std::fill_n(sums, kParts * size, 0.0f);
  parallelFor(kParts, [&](long part, int) {
    float* patches = scratch<float>(0, blocks.room() * depth);
    float* room = scratch<float>(1, blocks.room() * s.outputs);
    for (long block = blocks.count * part / kParts; block < blocks.count * (part + 1) / kParts; block++) {
      gatherPatches(s, blocks, block, x, patches, depth);
      const Out* from = dy + blocks.first(block) * blocks.width * s.outputs;
      const float* rows = widened(from, blocks.pixelsOf(block) * s.outputs, room);
      multiply(depth, s.outputs, blocks.pixelsOf(block), patches, {1, depth}, rows, sums + part * size, true);
    }
  });
  for (long i = 0; i < kTaps * s.inputs * s.outputs; i += kLanes) {
    Vec sum = {};
    for (long part = 0; part < kParts; part++) sum += load(sums + part * size + i);
    store(dkernel + i, sum);
  }
}

template void convolve(const Convolution&, Source<float>, const float*, float*, const Epilogue<float>&);
template void inputGradient(const Convolution&, const float*, const float*, float*, const float*);
template void kernelGradient(const Convolution&, Source<float>, const float*, float*);
#if defined(GANBENCH_BFLOAT16)
template void convolve(const Convolution&, Source<float>, const float*, bfloat16*, const Epilogue<bfloat16>&);
template void convolve(const Convolution&, Source<bfloat16>, const float*, bfloat16*, const Epilogue<bfloat16>&);
template void inputGradient(const Convolution&, const bfloat16*, const float*, bfloat16*, const bfloat16*);
template void kernelGradient(const Convolution&, Source<float>, const bfloat16*, float*);
template void kernelGradient(const Convolution&, Source<bfloat16>, const bfloat16*, float*);
#endif

}  // namespace ganbench::direct
