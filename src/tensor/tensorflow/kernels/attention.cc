#include "attention.h"

#include <algorithm>
#include <cmath>

#include "functions.h"
#include "gemm.h"
#include "panels.h"

namespace ganbench {
namespace {

/** The matrices of one head of one image, padded so that products need no remainder; what pads them is 0. */
struct Head {
  long tokens, depth;
  /** Tokens as rows, and as columns, of a product. */
  long rows, columns;
  float scale;

  explicit Head(const AttentionShape& s)
      : tokens(s.tokens),
        depth(s.depth),
        rows(roundUp(s.tokens, kRows)),
        columns(roundUp(s.tokens, kLanes)),
        scale(1.0f / std::sqrt(static_cast<float>(s.depth))) {}

  long sizeOfRows() const { return columns * depth; }
  long sizeOfScores() const { return columns * columns; }
};

/** [tokens, depth] out of rows of `stride` numbers, and rows of zeros after them. */
template <typename T>
void gather(const Head& head, const T* from, long stride, float* to) {
  for (long token = 0; token < head.tokens; token++)
    for (long c = 0; c < head.depth; c += kLanes) store(to + token * head.depth + c, load(from + token * stride + c));
  std::fill(to + head.tokens * head.depth, to + head.columns * head.depth, 0.0f);
}

/** The transposed, [depth, columns]. */
void transpose(const Head& head, const float* from, float* to) {
  for (long token = 0; token < head.columns; token++)
    for (long c = 0; c < head.depth; c++) to[c * head.columns + token] = from[token * head.depth + c];
}

template <typename T>
void scatter(const Head& head, const float* from, long stride, T* to) {
  for (long token = 0; token < head.tokens; token++)
    for (long c = 0; c < head.depth; c += kLanes) store(to + token * stride + c, load(from + token * head.depth + c));
}

/** C [rows, columns] = A B, the columns a multiple of kLanes. */
void multiply(long rows, long columns, long depth, const float* a, StridesOfA as, const float* b, float* c) {
  for (long column = 0; column < columns;) {
    const int width = columns - column >= 2 * kLanes ? 2 * kLanes : kLanes;
    multiplyPanel(width, rows, depth, a, as, b + column, columns, c + column, columns, false);
    column += width;
  }
}

/** Scores → what softmax makes of them, and the logarithm of its denominator. */
void softmax(const Head& head, float* scores, float* sums) {
  for (long token = 0; token < head.tokens; token++) {
    float* row = scores + token * head.columns;
    std::fill(row + head.tokens, row + head.columns, -INFINITY);
    Vec top = splat(-INFINITY), total = {};
    for (long c = 0; c < head.columns; c += kLanes) top = largest(top, load(row + c));
    const float maximum = largestOf(top);
    for (long c = 0; c < head.columns; c += kLanes) {
      const Vec weight = exponential((load(row + c) - maximum) * head.scale);
      store(row + c, weight);
    }
    std::fill(row + head.tokens, row + head.columns, 0.0f);
    for (long c = 0; c < head.columns; c += kLanes) total += load(row + c);
    const float denominator = sum(total);
    for (long c = 0; c < head.columns; c += kLanes) store(row + c, load(row + c) / denominator);
    sums[token] = maximum * head.scale + std::log(denominator);
  }
}

/** The same from the logarithms of the denominators. */
void softmaxAgain(const Head& head, float* scores, const float* sums) {
  for (long token = 0; token < head.tokens; token++) {
    float* row = scores + token * head.columns;
    for (long c = 0; c < head.columns; c += kLanes)
      store(row + c, exponential(load(row + c) * head.scale - sums[token]));
    std::fill(row + head.tokens, row + head.columns, 0.0f);
  }
}

/** Gradients of the weights → those of the scores before they were scaled, in place. */
void softmaxGradient(const Head& head, const float* weights, float* gradients) {
  for (long token = 0; token < head.tokens; token++) {
    const float* weight = weights + token * head.columns;
    float* row = gradients + token * head.columns;
    Vec total = {};
    for (long c = 0; c < head.columns; c += kLanes) total += load(row + c) * load(weight + c);
    const float inner = sum(total);
    for (long c = 0; c < head.columns; c += kLanes)
      store(row + c, (load(row + c) - inner) * load(weight + c) * head.scale);
  }
}

/** Calls visit(image, head, where its queries begin in qkv) for all heads of all images, on all threads. */
template <typename Visit>
void forEachHead(const AttentionShape& s, Visit visit) {
  parallelFor(s.images * s.heads, [&](long task, int) {
    const long image = task / s.heads, head = task % s.heads;
    visit(image, head, image * s.tokens * 3 * s.channels() + head * s.depth);
  });
}

}  // namespace

template <typename T>
void attention(const AttentionShape& s, const T* qkv, T* output, float* sums) {
  const Head head(s);
  const long stride = 3 * s.channels();
  forEachHead(s, [&](long image, long index, long at) {
    float* q = scratch<float>(0, 4 * head.sizeOfRows());
    float* k = q + head.sizeOfRows();
    float* v = k + head.sizeOfRows();
    float* keys = v + head.sizeOfRows();
    float* scores = scratch<float>(1, head.sizeOfScores());
    gather(head, qkv + at, stride, q);
    gather(head, qkv + at + s.channels(), stride, k);
    gather(head, qkv + at + 2 * s.channels(), stride, v);
    transpose(head, k, keys);
    multiply(head.rows, head.columns, head.depth, q, {head.depth, 1}, keys, scores);
    softmax(head, scores, sums + (image * s.heads + index) * s.tokens);
    multiply(head.rows, head.depth, head.tokens, scores, {head.columns, 1}, v, q);
    scatter(head, q, s.channels(), output + image * s.tokens * s.channels() + index * s.depth);
  });
}

template <typename T>
void attentionGradient(const AttentionShape& s, const T* dy, const T* qkv, const float* sums, T* dqkv) {
  const Head head(s);
  const long stride = 3 * s.channels();
  forEachHead(s, [&](long image, long index, long at) {
    float* q = scratch<float>(0, 6 * head.sizeOfRows());
    float* k = q + head.sizeOfRows();
    float* v = k + head.sizeOfRows();
    float* delta = v + head.sizeOfRows();
    float* across = delta + head.sizeOfRows();
    float* result = across + head.sizeOfRows();
    float* weights = scratch<float>(1, 2 * head.sizeOfScores());
    float* gradients = weights + head.sizeOfScores();
    gather(head, qkv + at, stride, q);
    gather(head, qkv + at + s.channels(), stride, k);
    gather(head, qkv + at + 2 * s.channels(), stride, v);
    gather(head, dy + image * s.tokens * s.channels() + index * s.depth, s.channels(), delta);
    transpose(head, k, across);
    multiply(head.rows, head.columns, head.depth, q, {head.depth, 1}, across, weights);
    softmaxAgain(head, weights, sums + (image * s.heads + index) * s.tokens);
    transpose(head, v, across);
    multiply(head.rows, head.columns, head.depth, delta, {head.depth, 1}, across, gradients);
    softmaxGradient(head, weights, gradients);
    multiply(head.rows, head.depth, head.tokens, weights, {1, head.columns}, delta, result);
    scatter(head, result, stride, dqkv + at + 2 * s.channels());
    multiply(head.rows, head.depth, head.tokens, gradients, {head.columns, 1}, k, result);
    scatter(head, result, stride, dqkv + at);
    multiply(head.rows, head.depth, head.tokens, gradients, {1, head.columns}, q, result);
    scatter(head, result, stride, dqkv + at + s.channels());
  });
}

template void attention(const AttentionShape&, const float*, float*, float*);
template void attentionGradient(const AttentionShape&, const float*, const float*, const float*, float*);
#if defined(GANBENCH_BFLOAT16)
template void attention(const AttentionShape&, const bfloat16*, bfloat16*, float*);
template void attentionGradient(const AttentionShape&, const bfloat16*, const bfloat16*, const float*, bfloat16*);
#endif

}  // namespace ganbench
