// GanBenchConvolve and its gradients.
#include <algorithm>

#include "convolution.h"
#include "norm.h"
#include "ops.h"
#include "ops_source.h"

namespace ganbench {
namespace {

using Shape = std::vector<long>;

bool suitsWinograd(const Convolution& s) {
  return s.stride == 1 && s.h % 2 == 0 && s.w % 2 == 0 && s.inputs % 16 == 0 && s.outputs % 16 == 0;
}

Shape inputShape(const Convolution& s) { return {s.n, s.h, s.w, s.inputs}; }
Shape outputShape(const Convolution& s) { return {s.n, s.h / s.stride, s.w / s.stride, s.outputs}; }

/** @throws std::invalid_argument for what no kernel here can do. */
void requireSupported(const Convolution& s, bool images) {
  if (std::min({s.n, s.h, s.w, s.inputs, s.outputs, s.stride}) < 1) throw std::invalid_argument("there are no pixels");
  if (s.h % s.stride != 0 || s.w % s.stride != 0) throw std::invalid_argument("the stride leaves a remainder");
  requireVectors(s.outputs);
  if (!(images && s.inputs == kImageChannels)) requireVectors(s.inputs);
}

Convolution fromInput(const Input& x, long outputs, long stride) {
  return {x.length(0), x.length(1), x.length(2), x.length(3), outputs, stride};
}

/** Outputs 1 to 4, from the moments that the epilogue takes. */
struct Statistics {
  float *moments, *affine, *mean, *variance;

  Statistics(TF_OpKernelContext* context, long channels)
      : moments(output<float>(context, 1, {2, channels})),
        affine(output<float>(context, 2, {2, channels})),
        mean(output<float>(context, 3, {channels})),
        variance(output<float>(context, 4, {channels})) {}

  void finish(long channels, long pixels, const Input& scale, const Input& offset, float epsilon) const {
    const Norm norm = {moments, moments + channels, scale.values<float>(), offset.values<float>(), epsilon};
    normAffine(norm, channels, affine, affine + channels);
    const float unbiased = pixels > 1 ? pixels / (pixels - 1.0f) : 1.0f;
    for (long c = 0; c < channels; c++) {
      mean[c] = moments[c];
      variance[c] = moments[channels + c] * unbiased;
    }
  }
};

template <typename In, typename Out>
void convolveAs(TF_OpKernelContext* context, const Convolution& s, const Source<In>& x, const float* kernel,
                const float* bias, float* moments) {
  Out* y = output<Out>(context, 0, outputShape(s));
  const Epilogue<Out> epilogue = {bias, nullptr, moments, moments + s.outputs};
  if constexpr (std::is_same_v<In, Out>) {
    if (suitsWinograd(s)) return winograd::convolve<Out>(s, x, kernel, y, epilogue);
  }
  direct::convolve<In, Out>(s, x, kernel, y, epilogue);
}

void convolve(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input x(context, 0), affine(context, 1), kernel(context, 2), bias(context, 3);
  const Input scale(context, 4), offset(context, 5);
  const Convolution s = fromInput(x, kernel.length(3), attributes.stride);
  requireShape("kernel", kernel, {3, 3, s.inputs, s.outputs});
  requireShape("scale", scale, {s.outputs});
  requireShape("offset", offset, {s.outputs});
  if (bias.given()) requireShape("bias", bias, {s.outputs});
  requireSupported(s, !x.packed() && !affine.given());
  requireOneType({&x});
  if (x.packed() && attributes.type == TF_FLOAT) throw std::invalid_argument("a unit does not widen its images");
  const Statistics statistics(context, s.outputs);
  const float* k = kernel.values<float>();
  const float* b = bias.values<float>();
#if defined(GANBENCH_BFLOAT16)
  if (x.packed())
    convolveAs<bfloat16, bfloat16>(context, s, source<bfloat16>(x, affine), k, b, statistics.moments);
  else if (attributes.type == TypeOf<bfloat16>::value)
    convolveAs<float, bfloat16>(context, s, source<float>(x, affine), k, b, statistics.moments);
  else
#endif
    convolveAs<float, float>(context, s, source<float>(x, affine), k, b, statistics.moments);
  const long pixels = s.n * (s.h / s.stride) * (s.w / s.stride);
  statistics.finish(s.outputs, pixels, scale, offset, attributes.epsilon);
}

template <typename T>
void inputGradientAs(TF_OpKernelContext* context, const Convolution& s, const Input& dy, const Input& kernel,
                     const Input& addend) {
  T* dx = output<T>(context, 0, inputShape(s));
  const float* k = kernel.values<float>();
  if (!suitsWinograd(s)) return direct::inputGradient<T>(s, dy.values<T>(), k, dx, addend.values<T>());
  Epilogue<T> epilogue;
  epilogue.addend = addend.values<T>();
  winograd::inputGradient<T>(s, dy.values<T>(), k, dx, epilogue);
}

void inputGradient(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input dy(context, 0), kernel(context, 1), addend(context, 2);
  const long stride = attributes.stride;
  const Convolution s = {dy.length(0),     stride * dy.length(1), stride * dy.length(2),
                         kernel.length(2), kernel.length(3),      stride};
  requireSupported(s, false);
  requireShape("kernel", kernel, {3, 3, s.inputs, s.outputs});
  requireShape("dy", dy, outputShape(s));
  requireOneType({&dy, &addend});
  if (addend.given()) requireShape("addend", addend, inputShape(s));
#if defined(GANBENCH_BFLOAT16)
  if (dy.packed()) return inputGradientAs<bfloat16>(context, s, dy, kernel, addend);
#endif
  inputGradientAs<float>(context, s, dy, kernel, addend);
}

template <typename In, typename Out>
void kernelGradientAs(const Convolution& s, const Input& x, const Input& affine, const Input& dy, float* dkernel) {
  const Source<In> from = source<In>(x, affine);
  if constexpr (std::is_same_v<In, Out>) {
    if (suitsWinograd(s)) return winograd::kernelGradient<Out>(s, from, dy.values<Out>(), dkernel);
  }
  direct::kernelGradient<In, Out>(s, from, dy.values<Out>(), dkernel);
}

void kernelGradient(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input x(context, 0), affine(context, 1), dy(context, 2);
  const Convolution s = fromInput(x, dy.length(3), attributes.stride);
  requireSupported(s, !x.packed() && !affine.given());
  requireShape("dy", dy, outputShape(s));
  requireOneType({x.packed() ? &x : &dy, &dy});
  float* dkernel = output<float>(context, 0, {3, 3, s.inputs, s.outputs});
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return kernelGradientAs<bfloat16, bfloat16>(s, x, affine, dy, dkernel);
  if (dy.packed()) return kernelGradientAs<float, bfloat16>(s, x, affine, dy, dkernel);
#endif
  kernelGradientAs<float, float>(s, x, affine, dy, dkernel);
}

}  // namespace

void registerConvolutions() {
  registerOperation<convolve>({"GanBenchConvolve",
                               {"Tin: {float, int32}", "T: {float, int32}", "stride: int", "epsilon: float"},
                               {"x: Tin", "affine: float", "kernel: float", "bias: float", "scale: float", "offset: float"},
                               {"y: T", "moments: float", "next_affine: float", "mean: float", "variance: float"}});
  registerOperation<inputGradient>({"GanBenchConvolveInputGradient",
                                    {"T: {float, int32}", "Tadd: {float, int32}", "stride: int"},
                                    {"dy: T", "kernel: float", "addend: Tadd"},
                                    {"dx: T"}});
  registerOperation<kernelGradient>({"GanBenchConvolveKernelGradient",
                                     {"Tin: {float, int32}", "T: {float, int32}", "stride: int"},
                                     {"x: Tin", "affine: float", "dy: T"},
                                     {"dkernel: float"}});
}

}  // namespace ganbench
