#include "layer_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "functions.h"
#include "threads.h"

namespace ganbench {
namespace {

/** Rows that one task works on: fixed, so that sums do not depend on the number of cores. */
constexpr long kRowsOfTask = 64;

template <typename Visit>
void forEachTask(long rows, Visit visit) {
  parallelFor((rows + kRowsOfTask - 1) / kRowsOfTask, [&](long task, int) {
    visit(task, task * kRowsOfTask, std::min(rows, (task + 1) * kRowsOfTask));
  });
}

}  // namespace

template <typename T>
void layerNorm(const LayerNorm& norm, const float* x, const float* scale, const float* offset, T* output,
               float* statistics) {
  const long channels = norm.channels;
  forEachTask(norm.rows, [&](long, long from, long to) {
    for (long row = from; row < to; row++) {
      const float* values = x + row * channels;
      Vec total = {}, squares = {};
      for (long c = 0; c < channels; c += kLanes) total += load(values + c);
      const float mean = sum(total) / channels;
      for (long c = 0; c < channels; c += kLanes) {
        const Vec centred = load(values + c) - mean;
        squares += centred * centred;
      }
      const float inverse = 1.0f / std::sqrt(sum(squares) / channels + norm.epsilon);
      for (long c = 0; c < channels; c += kLanes)
        store(output + row * channels + c, (load(values + c) - mean) * inverse * load(scale + c) + load(offset + c));
      statistics[2 * row] = mean;
      statistics[2 * row + 1] = inverse;
    }
  });
}

template <typename T>
void layerNormGradient(const LayerNorm& norm, const T* dy, const float* x, const float* scale, const float* statistics,
                       const float* addend, const LayerNormGradients& gradients) {
  const long channels = norm.channels;
  const long tasks = (norm.rows + kRowsOfTask - 1) / kRowsOfTask;
  std::vector<float> partial(2 * tasks * channels);
  forEachTask(norm.rows, [&](long task, long from, long to) {
    float* dscale = partial.data() + 2 * task * channels;
    float* doffset = dscale + channels;
    for (long row = from; row < to; row++) {
      const float mean = statistics[2 * row], inverse = statistics[2 * row + 1];
      const float* values = x + row * channels;
      const T* delta = dy + row * channels;
      Vec total = {}, along = {};
      for (long c = 0; c < channels; c += kLanes) {
        const Vec d = load(delta + c), normalized = (load(values + c) - mean) * inverse;
        const Vec g = d * load(scale + c);
        total += g;
        along += g * normalized;
        store(dscale + c, load(dscale + c) + d * normalized);
        store(doffset + c, load(doffset + c) + d);
      }
      const float meanOfG = sum(total) / channels, meanAlong = sum(along) / channels;
      for (long c = 0; c < channels; c += kLanes) {
        const Vec normalized = (load(values + c) - mean) * inverse;
        const Vec g = load(delta + c) * load(scale + c);
        const Vec dx = (g - meanOfG - normalized * meanAlong) * inverse;
        const long at = row * channels + c;
        store(gradients.dx + at, addend == nullptr ? dx : dx + load(addend + at));
      }
    }
  });
  std::fill(gradients.dscale, gradients.dscale + channels, 0.0f);
  std::fill(gradients.doffset, gradients.doffset + channels, 0.0f);
  for (long task = 0; task < tasks; task++) {
    const float* from = partial.data() + 2 * task * channels;
    for (long c = 0; c < channels; c += kLanes) {
      store(gradients.dscale + c, load(gradients.dscale + c) + load(from + c));
      store(gradients.doffset + c, load(gradients.doffset + c) + load(from + channels + c));
    }
  }
}

template void layerNorm(const LayerNorm&, const float*, const float*, const float*, float*, float*);
template void layerNormGradient(const LayerNorm&, const float*, const float*, const float*, const float*, const float*,
                                const LayerNormGradients&);
#if defined(GANBENCH_BFLOAT16)
template void layerNorm(const LayerNorm&, const float*, const float*, const float*, bfloat16*, float*);
template void layerNormGradient(const LayerNorm&, const bfloat16*, const float*, const float*, const float*,
                                const float*, const LayerNormGradients&);
#endif

}  // namespace ganbench
