#include "gradients.h"

#include <algorithm>

#include "threads.h"
#include "vector.h"

namespace ganbench {
namespace {

/** Numbers that one task works on: fixed, so that sums do not depend on the number of cores. */
constexpr long kPiece = 16384;

constexpr int kDoubles = kLanes / 2;
typedef double Doubles __attribute__((vector_size(kDoubles * sizeof(double))));
typedef float Half __attribute__((vector_size(kDoubles * sizeof(float))));

Doubles loadDoubles(const float* from) {
  Half x;
  std::memcpy(&x, from, sizeof x);
  return __builtin_convertvector(x, Doubles);
}

double sumOf(Doubles x) {
  double sum = 0;
  for (int i = 0; i < kDoubles; i++) sum += x[i];
  return sum;
}

/** Sum of term(x) over a piece; term takes a vector as well as a number. */
template <typename Term>
double sum(const float* values, long size, Term term) {
  Doubles total[2] = {};
  long i = 0;
  for (; i + 2 * kDoubles <= size; i += 2 * kDoubles)
    for (int j = 0; j < 2; j++) total[j] += term(loadDoubles(values + i + j * kDoubles));
  double rest = 0;
  for (; i < size; i++) rest += term(static_cast<double>(values[i]));
  return sumOf(total[0] + total[1]) + rest;
}

/** A part of one tensor. */
struct Piece {
  std::size_t tensor;
  long first, size;
};

std::vector<Piece> cut(const std::vector<Span>& tensors) {
  std::vector<Piece> pieces;
  for (std::size_t tensor = 0; tensor < tensors.size(); tensor++)
    for (long first = 0; first < tensors[tensor].size; first += kPiece)
      pieces.push_back({tensor, first, std::min(kPiece, tensors[tensor].size - first)});
  return pieces;
}

}  // namespace

std::vector<Moments> momentsOf(const std::vector<Span>& tensors) {
  const std::vector<Piece> pieces = cut(tensors);
  std::vector<Moments> parts(pieces.size());
  parallelFor(pieces.size(), [&](long index, int) {
    const Piece& piece = pieces[index];
    const float* values = tensors[piece.tensor].values + piece.first;
    const double mean = sum(values, piece.size, [](auto x) { return x; }) / piece.size;
    const double squares = sum(values, piece.size, [mean](auto x) { return (x - mean) * (x - mean); });
    parts[index] = {mean, squares / piece.size};
  });
  std::vector<Moments> moments(tensors.size());
  std::vector<double> seen(tensors.size());
  for (std::size_t index = 0; index < pieces.size(); index++) {
    // Merged in the order of the pieces (Chan et al. 1979).
    const Piece& piece = pieces[index];
    Moments& total = moments[piece.tensor];
    double& count = seen[piece.tensor];
    const double share = piece.size / (count + piece.size), deviation = parts[index].mean - total.mean;
    total.variance += share * (parts[index].variance - total.variance + (1 - share) * deviation * deviation);
    total.mean += share * deviation;
    count += piece.size;
  }
  return moments;
}

void scaleAndPack(const std::vector<Span>& tensors, const std::vector<Scaling>& scalings, float* packed) {
  std::vector<long> offsets;
  long offset = 0;
  for (const Span& tensor : tensors) {
    offsets.push_back(offset);
    offset += tensor.size;
  }
  const std::vector<Piece> pieces = cut(tensors);
  parallelFor(pieces.size(), [&](long index, int) {
    const Piece& piece = pieces[index];
    const Scaling scaling = scalings[piece.tensor];
    const float* from = tensors[piece.tensor].values + piece.first;
    float* to = packed + offsets[piece.tensor] + piece.first;
    if (scaling.shift == 0 && scaling.factor == 1)
      std::copy_n(from, piece.size, to);
    else
      for (long i = 0; i < piece.size; i++) to[i] = (from[i] - scaling.shift) * scaling.factor;
  });
}

namespace {

/** update(first, end) for consecutive pieces of so many numbers. */
template <typename Update>
void inPieces(long size, Update update) {
  parallelFor((size + kPiece - 1) / kPiece,
              [&](long piece, int) { update(piece * kPiece, std::min(size, (piece + 1) * kPiece)); });
}

}  // namespace

void updateAverage(bool squared, float keep, float share, long size, const float* gradient, const float* average,
                   float* newAverage) {
  inPieces(size, [&](long first, long end) {
#pragma GCC ivdep
    for (long i = first; i < end; i++) {
      const float g = gradient[i];
      newAverage[i] = average[i] * keep + (squared ? g * g : g) * share;
    }
  });
}

void adam(const AdamStep& step, long size, const float* first, const float* second, const float* parameters,
          float* newParameters) {
  inPieces(size, [&](long from, long end) {
#pragma GCC ivdep
    for (long i = from; i < end; i++)
      newParameters[i] = parameters[i] * step.decay -
                         step.rate * first[i] / (__builtin_sqrtf(second[i]) / step.correction + step.epsilon);
  });
}

}  // namespace ganbench
