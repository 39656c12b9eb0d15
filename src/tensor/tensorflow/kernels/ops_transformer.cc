// GanBenchLinear, GanBenchLayerNorm, GanBenchAttention, and their gradients.
#include "attention.h"
#include "layer_norm.h"
#include "linear.h"
#include "ops.h"

namespace ganbench {
namespace {

long rowsOf(const Input& x) {
  long rows = 1;
  for (int axis = 0; axis + 1 < x.rank(); axis++) rows *= x.length(axis);
  return rows;
}

long lastOf(const Input& x) { return x.length(x.rank() - 1); }

std::vector<long> withLast(const Input& x, long length) {
  std::vector<long> shape = x.shape();
  shape.back() = length;
  return shape;
}

/** Calls compute with a number of the type of a tensor that may be packed. */
template <typename Compute>
void asTypeOf(const Input& x, Compute compute) {
  requireOneType({&x});
#if defined(GANBENCH_BFLOAT16)
  if (x.packed()) return compute(bfloat16{});
#endif
  compute(float{});
}

LinearShape describe(const Input& x, const Input& kernel) {
  const LinearShape shape{rowsOf(x), lastOf(x), lastOf(kernel)};
  requireVectors(shape.inputs);
  requireVectors(shape.outputs);
  if (kernel.size() != shape.inputs * shape.outputs) throw std::invalid_argument("wrong shape of kernel");
  return shape;
}

/** Outputs: the result, of type Tout; and with GELU what it was applied to. */
void linearOp(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input x(context, 0), kernel(context, 1), bias(context, 2), addend(context, 3);
  const LinearShape shape = describe(x, kernel);
  const std::vector<long> result = withLast(x, shape.outputs);
  requireShape("bias", bias, {shape.outputs});
  if (addend.given()) requireShape("addend", addend, result);
  asTypeOf(x, [&]<typename T>(T) {
    LinearOutput<T> to{addend.values<float>(), nullptr, nullptr, nullptr};
    if (addend.given()) to.sum = output<float>(context, 0, result);
    else to.values = output<T>(context, 0, result);
    if (attributes.gelu) to.before = output<T>(context, 1, result);
    else output<T>(context, 1, {0});
    linear<T>(shape, x.values<T>(), kernel.values<float>(), bias.values<float>(), to);
  });
}

/** Inputs: x, kernel, the gradient, what GELU was applied to or nothing. */
void linearGradientOp(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input x(context, 0), kernel(context, 1), dy(context, 2), before(context, 3);
  const LinearShape shape = describe(x, kernel);
  requireShape("dy", dy, withLast(x, shape.outputs));
  if (before.given()) {
    requireShape("before", before, dy.shape());
    requireOneType({&x, &dy, &before});
  }
  asTypeOf(x, [&]<typename T>(T) {
    LinearDelta<T> delta{nullptr, nullptr, before.values<T>()};
    if (dy.packed() == x.packed()) delta.values = dy.values<T>();
    else if (!dy.packed()) delta.sums = dy.values<float>();
    else throw std::invalid_argument("a gradient in bfloat16 of float32");
    T* dx = attributes.wanted ? output<T>(context, 0, x.shape()) : nullptr;
    if (dx == nullptr) output<T>(context, 0, {0});
    float* dkernel = output<float>(context, 1, kernel.shape());
    float* dbias = output<float>(context, 2, {shape.outputs});
    linearGradient<T>(shape, x.values<T>(), kernel.values<float>(), delta, {dx, dkernel, dbias});
  });
}

LayerNorm describeNorm(const Input& x, const Input& scale, float epsilon) {
  const LayerNorm norm{rowsOf(x), lastOf(x), epsilon};
  requireVectors(norm.channels);
  requireShape("scale", scale, {norm.channels});
  return norm;
}

void layerNormOp(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input x(context, 0), scale(context, 1), offset(context, 2);
  const LayerNorm norm = describeNorm(x, scale, attributes.epsilon);
  requireShape("offset", offset, {norm.channels});
  float* statistics = output<float>(context, 1, {norm.rows, 2});
  const auto compute = [&]<typename T>(T) {
    layerNorm<T>(norm, x.values<float>(), scale.values<float>(), offset.values<float>(),
                 output<T>(context, 0, x.shape()), statistics);
  };
#if defined(GANBENCH_BFLOAT16)
  if (attributes.type == TypeOf<bfloat16>::value) return compute(bfloat16{});
#endif
  compute(float{});
}

void layerNormGradientOp(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input dy(context, 0), x(context, 1), scale(context, 2), statistics(context, 3), addend(context, 4);
  const LayerNorm norm = describeNorm(x, scale, attributes.epsilon);
  requireShape("dy", dy, x.shape());
  requireShape("statistics", statistics, {norm.rows, 2});
  if (addend.given()) requireShape("addend", addend, x.shape());
  float* dx = output<float>(context, 0, x.shape());
  float* dscale = output<float>(context, 1, {norm.channels});
  float* doffset = output<float>(context, 2, {norm.channels});
  asTypeOf(dy, [&]<typename T>(T) {
    layerNormGradient<T>(norm, dy.values<T>(), x.values<float>(), scale.values<float>(), statistics.values<float>(),
                         addend.values<float>(), {dx, dscale, doffset});
  });
}

AttentionShape describeAttention(const Input& qkv, long heads) {
  const long channels = qkv.length(2) / 3;
  const AttentionShape shape{qkv.length(0), qkv.length(1), heads, channels / heads};
  requireVectors(shape.depth);
  requireShape("qkv", qkv, {shape.images, shape.tokens, 3 * shape.channels()});
  return shape;
}

void attentionOp(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input qkv(context, 0);
  const AttentionShape shape = describeAttention(qkv, attributes.heads);
  float* sums = output<float>(context, 1, {shape.images, shape.heads, shape.tokens});
  asTypeOf(qkv, [&]<typename T>(T) {
    attention<T>(shape, qkv.values<T>(), output<T>(context, 0, withLast(qkv, shape.channels())), sums);
  });
}

void attentionGradientOp(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input dy(context, 0), qkv(context, 1), sums(context, 2);
  const AttentionShape shape = describeAttention(qkv, attributes.heads);
  requireShape("dy", dy, withLast(qkv, shape.channels()));
  requireShape("sums", sums, {shape.images, shape.heads, shape.tokens});
  requireOneType({&qkv, &dy});
  asTypeOf(qkv, [&]<typename T>(T) {
    attentionGradient<T>(shape, dy.values<T>(), qkv.values<T>(), sums.values<float>(),
                         output<T>(context, 0, qkv.shape()));
  });
}

}  // namespace

void registerTransformers() {
  registerOperation<linearOp>({"GanBenchLinear",
                               {"T: {float, int32}", "Tout: {float, int32}", "gelu: bool"},
                               {"x: T", "kernel: float", "bias: float", "addend: float"},
                               {"output: Tout", "before: T"}});
  registerOperation<linearGradientOp>(
      {"GanBenchLinearGradient",
       {"T: {float, int32}", "Tdy: {float, int32}", "Tbefore: {float, int32}", "wanted: bool"},
       {"x: T", "kernel: float", "dy: Tdy", "before: Tbefore"},
       {"dx: T", "dkernel: float", "dbias: float"}});
  registerOperation<layerNormOp>({"GanBenchLayerNorm",
                                  {"T: {float, int32}", "epsilon: float"},
                                  {"x: float", "scale: float", "offset: float"},
                                  {"output: T", "statistics: float"}});
  registerOperation<layerNormGradientOp>(
      {"GanBenchLayerNormGradient",
       {"T: {float, int32}", "epsilon: float"},
       {"dy: T", "x: float", "scale: float", "statistics: float", "addend: float"},
       {"dx: float", "dscale: float", "doffset: float"}});
  registerOperation<attentionOp>({"GanBenchAttention",
                                  {"T: {float, int32}", "heads: int >= 1"},
                                  {"qkv: T"},
                                  {"output: T", "sums: float"}});
  registerOperation<attentionGradientOp>({"GanBenchAttentionGradient",
                                          {"T: {float, int32}", "heads: int >= 1"},
                                          {"dy: T", "qkv: T", "sums: float"},
                                          {"dqkv: T"}});
}

}  // namespace ganbench
