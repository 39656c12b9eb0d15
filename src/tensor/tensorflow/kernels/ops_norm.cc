// GanBenchNormAffine, GanBenchActivate and GanBenchNormGradient.
#include "norm.h"
#include "ops.h"

namespace ganbench {
namespace {

Norm describe(const Input& moments, const Input& scale, const Input& offset, float epsilon) {
  const long channels = scale.length(0);
  requireShape("moments", moments, {2, channels});
  requireShape("offset", offset, {channels});
  requireVectors(channels);
  const float* mean = moments.values<float>();
  return {mean, mean + channels, scale.values<float>(), offset.values<float>(), epsilon};
}

void affine(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input moments(context, 0), scale(context, 1), offset(context, 2);
  const Norm norm = describe(moments, scale, offset, attributes.epsilon);
  const long channels = scale.length(0);
  float* factor = output<float>(context, 0, {2, channels});
  normAffine(norm, channels, factor, factor + channels);
}

std::vector<long> shapeOf(const Input& x) { return {x.length(0), x.length(1), x.length(2), x.length(3)}; }
long pixelsOf(const Input& x) { return x.length(0) * x.length(1) * x.length(2); }

template <typename T>
void activateAs(TF_OpKernelContext* context, const Input& x, const Input& affine, const Input& shortcut) {
  const long channels = x.length(3);
  const float* factor = affine.values<float>();
  activate<T>(pixelsOf(x), channels, x.values<T>(), factor, factor + channels, shortcut.values<T>(),
              output<T>(context, 0, shapeOf(x)));
}

void activation(TF_OpKernelContext* context, const Attributes&) {
  const Input x(context, 0), affine(context, 1), shortcut(context, 2);
  requireVectors(x.length(3));
  requireOneType({&x, &shortcut});
  requireShape("affine", affine, {2, x.length(3)});
  if (shortcut.given()) requireShape("shortcut", shortcut, shapeOf(x));
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return activateAs<bfloat16>(context, x, affine, shortcut);
#endif
  activateAs<float>(context, x, affine, shortcut);
}

template <typename T>
void gradientAs(TF_OpKernelContext* context, const Norm& norm, const Input& dy, const Input& x, const Input& result) {
  const long channels = x.length(3);
  T* dx = output<T>(context, 0, shapeOf(x));
  T* dsum = result.given() ? output<T>(context, 1, shapeOf(x)) : nullptr;
  if (dsum == nullptr) output<T>(context, 1, {0});
  float* dscale = output<float>(context, 2, {channels});
  float* doffset = output<float>(context, 3, {channels});
  normGradient<T>(norm, pixelsOf(x), channels, dy.values<T>(), x.values<T>(), result.values<T>(),
                  {dx, dsum, dscale, doffset});
}

void gradient(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input dy(context, 0), x(context, 1), result(context, 2);
  const Input moments(context, 3), scale(context, 4), offset(context, 5);
  const Norm norm = describe(moments, scale, offset, attributes.epsilon);
  requireOneType({&x, &dy, &result});
  requireShape("scale", scale, {x.length(3)});
  requireShape("dy", dy, shapeOf(x));
  if (result.given()) requireShape("output", result, shapeOf(x));
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return gradientAs<bfloat16>(context, norm, dy, x, result);
#endif
  gradientAs<float>(context, norm, dy, x, result);
}

}  // namespace

void registerNorms() {
  registerOperation<affine>({"GanBenchNormAffine",
                             {"epsilon: float"},
                             {"moments: float", "scale: float", "offset: float"},
                             {"affine: float"}});
  registerOperation<activation>({"GanBenchActivate",
                                 {"T: {float, int32}", "Tadd: {float, int32}"},
                                 {"x: T", "affine: float", "shortcut: Tadd"},
                                 {"output: T"}});
  registerOperation<gradient>({"GanBenchNormGradient",
                               {"T: {float, int32}", "Tout: {float, int32}", "epsilon: float"},
                               {"dy: T", "x: T", "output: Tout", "moments: float", "scale: float", "offset: float"},
                               {"dx: T", "dsum: T", "dscale: float", "doffset: float"}});
}

}  // namespace ganbench
