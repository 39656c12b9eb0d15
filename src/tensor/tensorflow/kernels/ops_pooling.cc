// GanBenchMaxPool, GanBenchAveragePool, GanBenchSubsample and their gradients.
#include "ops.h"
#include "ops_source.h"
#include "pooling.h"

namespace ganbench {
namespace {

void requireFeatures(const Input& x) {
  requireOneType({&x});
  requireVectors(x.length(3));
}

void requireHalves(const Input& x) {
  requireFeatures(x);
  if (x.length(1) % 2 != 0 || x.length(2) % 2 != 0) throw std::invalid_argument("height or width is odd");
}

template <typename T>
void poolAs(TF_OpKernelContext* context, const Input& x, const Input& affine) {
  const long n = x.length(0), h = x.length(1), w = x.length(2), channels = x.length(3);
  maxPool<T>(n, h, w, channels, source<T>(x, affine), output<T>(context, 0, {n, h / 2, w / 2, channels}));
}

void pool(TF_OpKernelContext* context, const Attributes&) {
  const Input x(context, 0), affine(context, 1);
  requireHalves(x);
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return poolAs<bfloat16>(context, x, affine);
#endif
  poolAs<float>(context, x, affine);
}

template <typename T>
void poolGradientAs(TF_OpKernelContext* context, const Input& x, const Input& affine, const Input& dy) {
  const long n = x.length(0), h = x.length(1), w = x.length(2), channels = x.length(3);
  maxPoolGradient<T>(n, h, w, channels, source<T>(x, affine), dy.values<T>(), output<T>(context, 0, {n, h, w, channels}));
}

void poolGradient(TF_OpKernelContext* context, const Attributes&) {
  const Input x(context, 0), affine(context, 1), dy(context, 2);
  requireHalves(x);
  requireOneType({&x, &dy});
  requireShape("dy", dy, {x.length(0), x.length(1) / 2, x.length(2) / 2, x.length(3)});
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return poolGradientAs<bfloat16>(context, x, affine, dy);
#endif
  poolGradientAs<float>(context, x, affine, dy);
}

template <typename T>
void subsampleAs(TF_OpKernelContext* context, const Input& x, long outputs) {
  const long n = x.length(0), h = x.length(1), w = x.length(2), channels = x.length(3);
  subsample<T>(n, h, w, channels, outputs, x.values<T>(), output<T>(context, 0, {n, h / 2, w / 2, outputs}));
}

void subsampling(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input x(context, 0);
  requireHalves(x);
  // Half of the channels that are added goes before the others, whole pairs of them.
  requireVectors(attributes.channels);
  if (attributes.channels < x.length(3)) throw std::invalid_argument("fewer channels come out than go in");
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return subsampleAs<bfloat16>(context, x, attributes.channels);
#endif
  subsampleAs<float>(context, x, attributes.channels);
}

template <typename T>
void subsampleGradientAs(TF_OpKernelContext* context, const Input& dy, long channels) {
  const long n = dy.length(0), h = 2 * dy.length(1), w = 2 * dy.length(2);
  subsampleGradient<T>(n, h, w, channels, dy.length(3), dy.values<T>(), output<T>(context, 0, {n, h, w, channels}));
}

void subsamplingGradient(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input dy(context, 0);
  requireFeatures(dy);
  if (attributes.channels > dy.length(3) || attributes.channels % 16 != 0) 
    throw std::invalid_argument("more channels go in than come out");
#if defined(GANBENCH_BFLOAT16)
  if (dy.packed()) return subsampleGradientAs<bfloat16>(context, dy, attributes.channels);
#endif
  subsampleGradientAs<float>(context, dy, attributes.channels);
}

template <typename T>
void averageAs(const Input& x, const Input& affine, float* y) {
  averagePool<T>(x.length(0), x.length(1) * x.length(2), x.length(3), source<T>(x, affine), y);
}

void average(TF_OpKernelContext* context, const Attributes&) {
  const Input x(context, 0), affine(context, 1);
  requireFeatures(x);
  float* y = output<float>(context, 0, {x.length(0), x.length(3)});
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return averageAs<bfloat16>(x, affine, y);
#endif
  averageAs<float>(x, affine, y);
}

template <typename T>
void averageGradientAs(TF_OpKernelContext* context, const Input& dy, const Input& x) {
  const long n = x.length(0), h = x.length(1), w = x.length(2), channels = x.length(3);
  averagePoolGradient<T>(n, h * w, channels, dy.values<float>(), output<T>(context, 0, {n, h, w, channels}));
}

void averageGradient(TF_OpKernelContext* context, const Attributes&) {
  const Input dy(context, 0), x(context, 1);
  requireFeatures(x);
  requireShape("dy", dy, {x.length(0), x.length(3)});
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return averageGradientAs<bfloat16>(context, dy, x);
#endif
  averageGradientAs<float>(context, dy, x);
}

}  // namespace

void registerPooling() {
  registerOperation<average>(
      {"GanBenchAveragePool", {"T: {float, int32}"}, {"x: T", "affine: float"}, {"y: float"}});
  registerOperation<averageGradient>(
      {"GanBenchAveragePoolGradient", {"T: {float, int32}"}, {"dy: float", "x: T"}, {"dx: T"}});
  registerOperation<pool>({"GanBenchMaxPool", {"T: {float, int32}"}, {"x: T", "affine: float"}, {"y: T"}});
  registerOperation<poolGradient>(
      {"GanBenchMaxPoolGradient", {"T: {float, int32}"}, {"x: T", "affine: float", "dy: T"}, {"dx: T"}});
  registerOperation<subsampling>({"GanBenchSubsample", {"T: {float, int32}", "channels: int"}, {"x: T"}, {"y: T"}});
  registerOperation<subsamplingGradient>(
      {"GanBenchSubsampleGradient", {"T: {float, int32}", "channels: int"}, {"dy: T"}, {"dx: T"}});
}

}  // namespace ganbench
