#include "norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "threads.h"

namespace ganbench {
namespace {

/** Pixels that one task works on: fixed, so that sums do not depend on the number of cores. */
long pixelsPerPiece(long channels) { return std::max(16L, 16384 / channels); }

struct Pieces {
  long size, count;
  Pieces(long pixels, long channels)
      : size(pixelsPerPiece(channels)), count((pixels + size - 1) / size) {}
};

/** Calls visit(piece, first pixel, last pixel) for all pieces, on all threads. */
template <typename Visit>
void forEachPiece(const Pieces& pieces, long pixels, Visit visit) {
  parallelFor(pieces.count, [&](long piece, int) {
    visit(piece, piece * pieces.size, std::min(pixels, (piece + 1) * pieces.size));
  });
}

std::vector<float> inverseDeviations(const Norm& norm, long channels) {
  std::vector<float> inverse(channels);
  for (long c = 0; c < channels; c++) inverse[c] = 1.0f / std::sqrt(norm.variance[c] + norm.epsilon);
  return inverse;
}

}  // namespace

void normAffine(const Norm& norm, long channels, float* factor, float* term) {
  for (long c = 0; c < channels; c++) {
    factor[c] = norm.scale[c] / std::sqrt(norm.variance[c] + norm.epsilon);
    term[c] = norm.offset[c] - norm.mean[c] * factor[c];
  }
}

template <typename T>
void activate(long pixels, long channels, const T* x, const float* factor, const float* term, const T* shortcut,
              T* output) {
  forEachPiece(Pieces(pixels, channels), pixels, [&](long, long from, long to) {
    for (long c = 0; c < channels; c += kLanes) {
      const Vec f = load(factor + c), t = load(term + c);
      for (long at = from * channels + c; at < to * channels; at += channels) {
        const Vec value = load(x + at) * f + t;
        store(output + at, relu(shortcut == nullptr ? value : value + load(shortcut + at)));
      }
    }
  });
}

namespace {

/** dy where ReLU was open. */
template <typename T>
inline Vec opened(const T* dy, const T* output, long at, Vec normalized) {
  const Vec value = output == nullptr ? normalized : load(output + at);
  return value > 0.0f ? load(dy + at) : Vec{};
}

/** Sums over all pixels of dsum and of dsum * (x - mean), [2, channels]; writes dsum where it is wanted. */
template <typename T>
std::vector<float> sumGradients(const Norm& norm, long pixels, long channels, const T* dy, const T* x, const T* output,
                                const float* factor, const float* term, T* dsum) {
  const Pieces pieces(pixels, channels);
  std::vector<float> partial(2 * pieces.count * channels), total(2 * channels);
  forEachPiece(pieces, pixels, [&](long piece, long from, long to) {
    for (long c = 0; c < channels; c += kLanes) {
      const Vec mean = load(norm.mean + c), f = load(factor + c), t = load(term + c);
      Vec sum = {}, product = {};
      for (long at = from * channels + c; at < to * channels; at += channels) {
        const Vec value = load(x + at);
        const Vec gradient = opened(dy, output, at, value * f + t);
        sum += gradient;
        product += gradient * (value - mean);
        if (dsum != nullptr) store(dsum + at, gradient);
      }
      store(partial.data() + 2 * piece * channels + c, sum);
      store(partial.data() + (2 * piece + 1) * channels + c, product);
    }
  });
  for (long piece = 0; piece < pieces.count; piece++)
    for (long i = 0; i < 2 * channels; i++) total[i] += partial[2 * piece * channels + i];
  return total;
}

}  // namespace

/** dx = scale / std * (dsum - mean(dsum) - x^ * mean(dsum * x^)) with x^ = (x - mean) / std. */
template <typename T>
void normGradient(const Norm& norm, long pixels, long channels, const T* dy, const T* x, const T* output,
                  const NormGradients<T>& gradients) {
  std::vector<float> factor(channels), term(channels), slope(channels), constant(channels);
  normAffine(norm, channels, factor.data(), term.data());
  const std::vector<float> inverse = inverseDeviations(norm, channels);
  const std::vector<float> sums = sumGradients(norm, pixels, channels, dy, x, output, factor.data(), term.data(), gradients.dsum);
  for (long c = 0; c < channels; c++) {
    gradients.doffset[c] = sums[c];
    gradients.dscale[c] = sums[channels + c] * inverse[c];
    slope[c] = -factor[c] * inverse[c] * gradients.dscale[c] / pixels;
    constant[c] = -factor[c] * sums[c] / pixels - slope[c] * norm.mean[c];
  }
  // Once written, dsum saves looking at dy and output again.
  const T* source = gradients.dsum == nullptr ? dy : gradients.dsum;
  forEachPiece(Pieces(pixels, channels), pixels, [&](long, long from, long to) {
    for (long c = 0; c < channels; c += kLanes) {
      const Vec f = load(factor.data() + c), t = load(term.data() + c);
      const Vec s = load(slope.data() + c), k = load(constant.data() + c);
      for (long at = from * channels + c; at < to * channels; at += channels) {
        const Vec value = load(x + at);
        const Vec gradient = gradients.dsum == nullptr ? opened<T>(source, nullptr, at, value * f + t) : load(source + at);
        store(gradients.dx + at, gradient * f + (value * s + k));
      }
    }
  });
}

template void activate(long, long, const float*, const float*, const float*, const float*, float*);
template void normGradient(const Norm&, long, long, const float*, const float*, const float*,
                           const NormGradients<float>&);
#if defined(GANBENCH_BFLOAT16)
template void activate(long, long, const bfloat16*, const float*, const float*, const bfloat16*, bfloat16*);
template void normGradient(const Norm&, long, long, const bfloat16*, const bfloat16*, const bfloat16*,
                           const NormGradients<bfloat16>&);
#endif

}  // namespace ganbench
