// What is done to the gradients of all parameters at once: their moments, scaling and packing, and Adam's step.
#pragma once

#include <vector>

namespace ganbench {

/** A tensor, as so many numbers in a row. */
struct Span {
  const float* values;
  long size;
};

/** Mean and population variance of a tensor. */
struct Moments {
  double mean;
  double variance;
};

/** Moments of each tensor, in double precision: they neither overflow nor lose digits. */
std::vector<Moments> momentsOf(const std::vector<Span>& tensors);

/** factor * (value - shift) */
struct Scaling {
  float shift;
  float factor;
};

/** Scales each tensor and lays them out one after the other. */
void scaleAndPack(const std::vector<Span>& tensors, const std::vector<Scaling>& scalings, float* packed);

/** keep * average + share * gradient, or of the gradient's square. */
void updateAverage(bool squared, float keep, float share, long size, const float* gradient, const float* average,
                   float* newAverage);

/** Numbers of one step of Adam that are the same for all parameters. */
struct AdamStep {
  /** Of the parameters, ahead of the step. */
  float decay;
  /** sqrt(1 - beta2^t) */
  float correction;
  float epsilon;
  /** learning rate / (1 - beta1^t) */
  float rate;
};

/** theta = decay * theta - rate * m / (sqrt(v) / correction + epsilon), with m and v of the new gradient. */
void adam(const AdamStep& step, long size, const float* first, const float* second, const float* parameters,
          float* newParameters);

}  // namespace ganbench
