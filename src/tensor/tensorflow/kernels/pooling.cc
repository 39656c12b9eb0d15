#include "pooling.h"

#include <algorithm>
#include <cstring>

#include "threads.h"

namespace ganbench {
namespace {

/** The four elements of a window of kLanes channels, in row order. */
struct Window {
  Vec at[4];
};

template <typename T>
Window window(const Source<T>& x, long offset, long w, long channels, Vec factor, Vec term) {
  return {{activated(x, offset, factor, term), activated(x, offset + channels, factor, term),
           activated(x, offset + w * channels, factor, term), activated(x, offset + (w + 1) * channels, factor, term)}};
}

/** NaN is larger than any number, so that it is seen. */
Vec larger(Vec a, Vec b) { return a >= b || a != a ? a : b; }

Vec largest(const Window& v) { return larger(larger(v.at[0], v.at[1]), larger(v.at[2], v.at[3])); }

/** Calls visit(offset of the window, offset of the pixel of y, its values) for all windows, on all threads. */
template <typename T, typename Visit>
void forEachWindow(long n, long h, long w, long channels, const Source<T>& x, Visit visit) {
  parallelFor(n * (h / 2), [&](long row, int) {
    for (long c = 0; c < channels; c += kLanes) {
      const Vec factor = x.factor == nullptr ? Vec{} : load(x.factor + c);
      const Vec term = x.factor == nullptr ? Vec{} : load(x.term + c);
      for (long column = 0; column < w / 2; column++) {
        const long from = (2 * row * w + 2 * column) * channels + c;
        visit(from, (row * (w / 2) + column) * channels + c, window(x, from, w, channels, factor, term));
      }
    }
  });
}

}  // namespace

template <typename T>
void maxPool(long n, long h, long w, long channels, Source<T> x, T* y) {
  forEachWindow(n, h, w, channels, x, [&](long, long to, const Window& values) { store(y + to, largest(values)); });
}

template <typename T>
void maxPoolGradient(long n, long h, long w, long channels, Source<T> x, const T* dy, T* dx) {
  forEachWindow(n, h, w, channels, x, [&](long at, long from, const Window& values) {
    const Vec maximum = largest(values);
    Vec left = load(dy + from);
    const long offsets[4] = {0, channels, w * channels, (w + 1) * channels};
    for (int i = 0; i < 4; i++) {
      const Vec taken = values.at[i] == maximum ? left : Vec{};
      left = values.at[i] == maximum ? Vec{} : left;
      store(dx + at + offsets[i], taken);
    }
  });
}

template <typename T>
void subsample(long n, long h, long w, long channels, long outputs, const T* x, T* y) {
  const long border = (outputs - channels) / 2;
  parallelFor(n * (h / 2), [&](long row, int) {
    for (long column = 0; column < w / 2; column++) {
      T* to = y + (row * (w / 2) + column) * outputs;
      std::memset(to, 0, outputs * sizeof(T));
      std::copy_n(x + (2 * row * w + 2 * column) * channels, channels, to + border);
    }
  });
}

template <typename T>
void subsampleGradient(long n, long h, long w, long channels, long outputs, const T* dy, T* dx) {
  const long border = (outputs - channels) / 2;
  parallelFor(n * (h / 2), [&](long row, int) {
    std::memset(dx + 2 * row * w * channels, 0, 2 * w * channels * sizeof(T));
    for (long column = 0; column < w / 2; column++)
      std::copy_n(dy + (row * (w / 2) + column) * outputs + border, channels, dx + (2 * row * w + 2 * column) * channels);
  });
}

template <typename T>
void averagePool(long n, long pixels, long channels, Source<T> x, float* y) {
  parallelFor(n, [&](long image, int) {
    for (long c = 0; c < channels; c += kLanes) {
      const Vec factor = x.factor == nullptr ? Vec{} : load(x.factor + c);
      const Vec term = x.factor == nullptr ? Vec{} : load(x.term + c);
      Vec sum = {};
      for (long pixel = 0; pixel < pixels; pixel++)
        sum += activated(x, (image * pixels + pixel) * channels + c, factor, term);
      store(y + image * channels + c, sum / static_cast<float>(pixels));
    }
  });
}

template <typename T>
void averagePoolGradient(long n, long pixels, long channels, const float* dy, T* dx) {
  parallelFor(n, [&](long image, int) {
    for (long pixel = 0; pixel < pixels; pixel++)
      for (long c = 0; c < channels; c += kLanes)
        store(dx + (image * pixels + pixel) * channels + c, load(dy + image * channels + c) / static_cast<float>(pixels));
  });
}

#define GANBENCH_INSTANTIATE(T)                                              \
  template void maxPool(long, long, long, long, Source<T>, T*);              \
  template void maxPoolGradient(long, long, long, long, Source<T>, const T*, T*); \
  template void subsample(long, long, long, long, long, const T*, T*);       \
  template void subsampleGradient(long, long, long, long, long, const T*, T*); \
  template void averagePool(long, long, long, Source<T>, float*);            \
  template void averagePoolGradient(long, long, long, const float*, T*);

GANBENCH_INSTANTIATE(float)
#if defined(GANBENCH_BFLOAT16)
GANBENCH_INSTANTIATE(bfloat16)
#endif

}  // namespace ganbench
