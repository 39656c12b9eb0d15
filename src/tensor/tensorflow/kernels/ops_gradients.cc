// GanBenchMoments, GanBenchPack and GanBenchAdam.
#include <algorithm>
#include <cmath>
#include <memory>

#include "gradients.h"
#include "ops.h"

namespace ganbench {
namespace {

/** Inputs [first, first + count), each a tensor of any shape. */
std::vector<std::unique_ptr<Input>> inputsFrom(TF_OpKernelContext* context, int first, long count) {
  std::vector<std::unique_ptr<Input>> inputs;
  for (long i = 0; i < count; i++) inputs.push_back(std::make_unique<Input>(context, first + i));
  return inputs;
}

std::vector<Span> spansOf(const std::vector<std::unique_ptr<Input>>& inputs) {
  std::vector<Span> spans;
  for (const auto& input : inputs) spans.push_back({input->values<float>(), input->size()});
  return spans;
}

void writeMoments(TF_OpKernelContext* context, int index, const std::vector<Moments>& moments) {
  const long count = moments.size();
  float* means = output<float>(context, index, {count});
  float* variances = output<float>(context, index + 1, {count});
  for (long i = 0; i < count; i++) {
    means[i] = moments[i].mean;
    variances[i] = moments[i].variance;
  }
}

void moments(TF_OpKernelContext* context, const Attributes& attributes) {
  const auto inputs = inputsFrom(context, 0, attributes.count);
  const std::vector<Span> spans = spansOf(inputs);
  const std::vector<Moments> found = momentsOf(spans);
  writeMoments(context, 0, found);
  double squares = 0, size = 0;
  for (std::size_t i = 0; i < spans.size(); i++) {
    squares += spans[i].size * found[i].variance;
    size += spans[i].size;
  }
  *output<float>(context, 2, {}) = std::sqrt(squares / size);
}

/** Each tensor's scaling: the measured ones have a shift and a factor of their own, the others a factor in common. */
std::vector<Scaling> scalingsOf(const Input& shifts, const Input& factors, const Input& others,
                                const std::vector<bool>& measured) {
  const bool scaled = others.given();
  const long own = scaled ? std::count(measured.begin(), measured.end(), true) : 0;
  requireShape("shifts", shifts, {own});
  requireShape("factors", factors, {own});
  if (scaled) requireShape("others", others, {});
  std::vector<Scaling> scalings;
  for (long i = 0; const bool isMeasured : measured) {
    if (!scaled) scalings.push_back({0, 1});
    else if (!isMeasured) scalings.push_back({0, *others.values<float>()});
    else scalings.push_back({shifts.values<float>()[i], factors.values<float>()[i]}), i++;
  }
  return scalings;
}

/**
 * Inputs: shifts and factors of the measured tensors and the factor of the others, all absent or none; which tensors
 * are measured; the tensors.
 */
void pack(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input shifts(context, 0), factors(context, 1), others(context, 2), flags(context, 3);
  const auto inputs = inputsFrom(context, 4, attributes.count);
  requireShape("measured", flags, {attributes.count});
  std::vector<bool> measured;
  for (long i = 0; i < attributes.count; i++) measured.push_back(flags.values<float>()[i] != 0);
  const std::vector<Scaling> scalings = scalingsOf(shifts, factors, others, measured);
  const std::vector<Span> spans = spansOf(inputs);
  long size = 0;
  for (const Span& span : spans) size += span.size;
  float* packed = output<float>(context, 0, {size});
  scaleAndPack(spans, scalings, packed);
  std::vector<Span> updates;
  long offset = 0;
  for (const Span& span : spans) {
    updates.push_back({packed + offset, span.size});
    offset += span.size;
  }
  const std::vector<Moments> all = momentsOf(updates);
  std::vector<Moments> chosen;
  double check = 0;
  for (long i = 0; i < attributes.count; i++) {
    if (measured[i]) chosen.push_back(all[i]);
    check += 0 * all[i].variance;
  }
  writeMoments(context, 1, chosen);
  *output<float>(context, 3, {}) = check;
}

void movingAverage(TF_OpKernelContext* context, const Attributes& attributes) {
  const Input average(context, 0), gradient(context, 1), shares(context, 2);
  const long size = average.size();
  requireShape("average", average, {size});
  requireShape("gradient", gradient, {size});
  requireShape("shares", shares, {2});
  const float* n = shares.values<float>();
  updateAverage(attributes.squared, n[0], n[1], size, gradient.values<float>(), average.values<float>(),
         output<float>(context, 0, {size}));
}

void adamUpdate(TF_OpKernelContext* context, const Attributes&) {
  const Input first(context, 0), second(context, 1), parameters(context, 2), numbers(context, 3);
  const long size = parameters.size();
  for (const Input* input : {&parameters, &first, &second}) requireShape("a moment or parameters", *input, {size});
  requireShape("numbers", numbers, {4});
  const float* n = numbers.values<float>();
  adam({n[0], n[1], n[2], n[3]}, size, first.values<float>(), second.values<float>(), parameters.values<float>(),
       output<float>(context, 0, {size}));
}

}  // namespace

void registerGradients() {
  registerOperation<moments>(
      {"GanBenchMoments", {"N: int >= 1"}, {"tensors: N * float"}, {"means: float", "variances: float", "std: float"}});
  registerOperation<pack>({"GanBenchPack",
                           {"N: int >= 1"},
                           {"shifts: float", "factors: float", "others: float", "measured: float", "tensors: N * float"},
                           {"packed: float", "means: float", "variances: float", "check: float"}});
  registerOperation<movingAverage>({"GanBenchMovingAverage",
                                    {"squared: bool"},
                                    {"average: float", "gradient: float", "shares: float"},
                                    {"new_average: float"}});
  registerOperation<adamUpdate>({"GanBenchAdam",
                                 {},
                                 {"first: float", "second: float", "parameters: float", "numbers: float"},
                                 {"new_parameters: float"}});
}

}  // namespace ganbench
