#include "attention.h"

#include <algorithm>
#include <cmath>

#include "functions.h"
#include "gemm.h"
#include "panels.h"
#include "transpose.h"

namespace ganbench {
namespace {

/**
 * The matrices of one head of one image, padded so that products need no remainder; what pads them is 0. E is the type
 * of what is multiplied, in groups of neighbours in depth as gemm.h has them.
 */
template <typename E>
struct Head {
  static constexpr int group = kGroup<E>;
  long tokens, depth;
  /** Tokens as rows, and as columns, of a product. */
  long rows, columns;
  float scale;

  explicit Head(const AttentionShape& s)
      : tokens(s.tokens),
        depth(s.depth),
        rows(roundUp(s.tokens, group == 1 ? kRows : kRowUnit)),
        columns(roundUp(s.tokens, kLanes)),
        scale(1.0f / std::sqrt(static_cast<float>(s.depth))) {}

  /** With room to read a whole register from any group on. */
  long sizeOfRows() const { return columns * depth + group * kLanes; }
  long sizeOfScores() const { return columns * columns; }
  /** Groups of a product over tokens. */
  long groupsOfTokens() const { return (tokens + group - 1) / group; }
};

/** [tokens, depth] out of rows of `stride` numbers, and rows of zeros after them. */
template <typename E>
void gather(const Head<E>& head, const E* from, long stride, E* to) {
  for (long token = 0; token < head.tokens; token++) std::copy_n(from + token * stride, head.depth, to + token * head.depth);
  std::fill(to + head.tokens * head.depth, to + head.sizeOfRows(), E{});
}

/** Columns of a product over depth, [depth / group][columns][group]. */
template <typename E>
void turn(const Head<E>& head, const E* from, E* to) {
  const long groups = head.depth / head.group;
  for (long token = 0; token < head.columns; token += kLanes) {
    for (long c = 0; c < groups; c += kLanes) {
      Vec square[kLanes];
      for (int lane = 0; lane < kLanes; lane++)
        std::memcpy(&square[lane], from + (token + lane) * head.depth + c * head.group, sizeof(Vec));
      transpose(square);
      for (int lane = 0; lane < kLanes && c + lane < groups; lane++)
        std::memcpy(to + ((c + lane) * head.columns + token) * head.group, &square[lane], sizeof(Vec));
    }
  }
}

/** Operands of products over tokens, of `width` numbers each: [tokens / group][width][group]. Floats are that as they lie. */
inline const float* grouped(const Head<float>&, const float* from, long, float*) { return from; }
#if defined(GANBENCH_BFLOAT16)
template <typename From>
const bfloat16* grouped(const Head<bfloat16>& head, const From* from, long width, bfloat16* to) {
  for (long token = 0; token < head.tokens; token += 2)
    for (long c = 0; c < width; c += kLanes)
      storeInterleaved(to + token * width + 2 * c, load(from + token * width + c), load(from + (token + 1) * width + c));
  return to;
}
#endif

/** Numbers [tokens, columns] as E. */
inline const float* narrowed(const Head<float>&, const float* from, float*) { return from; }
#if defined(GANBENCH_BFLOAT16)
inline const bfloat16* narrowed(const Head<bfloat16>& head, const float* from, bfloat16* to) {
  for (long at = 0; at < head.tokens * head.columns; at += kLanes) store(to + at, load(from + at));
  return to;
}
#endif

template <typename E>
void scatter(const Head<E>& head, const float* from, long stride, E* to) {
  for (long token = 0; token < head.tokens; token++)
    for (long c = 0; c < head.depth; c += kLanes) store(to + token * stride + c, load(from + token * head.depth + c));
}

/** C [rows, columns] = A B, the columns a multiple of kLanes. */
template <typename E>
void multiply(long rows, long columns, long groups, const E* a, StridesOfA as, const E* b, float* c) {
  for (long column = 0; column < columns;) {
    const int width = columns - column >= 2 * kLanes ? 2 * kLanes : kLanes;
    multiplyPanel(width, rows, groups, a, as, b + column * kGroup<E>, columns * kGroup<E>, c + column, columns, false);
    column += width;
  }
}

/** Scores → what softmax makes of them, and the logarithm of its denominator. */
template <typename E>
void softmax(const Head<E>& head, float* scores, float* sums) {
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
    const float denominator = sum(total), share = 1.0f / denominator;
    for (long c = 0; c < head.columns; c += kLanes) store(row + c, load(row + c) * share);
    sums[token] = maximum * head.scale + std::log(denominator);
  }
}

/** The same from the logarithms of the denominators. */
template <typename E>
void softmaxAgain(const Head<E>& head, float* scores, const float* sums) {
  for (long token = 0; token < head.tokens; token++) {
    float* row = scores + token * head.columns;
    for (long c = 0; c < head.columns; c += kLanes)
      store(row + c, exponential(load(row + c) * head.scale - sums[token]));
    std::fill(row + head.tokens, row + head.columns, 0.0f);
  }
}

/** Gradients of the weights → those of the scores before they were scaled, in place. */
template <typename E>
void softmaxGradient(const Head<E>& head, const float* weights, float* gradients) {
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
  const Head<T> head(s);
  const long stride = 3 * s.channels(), group = head.group;
  forEachHead(s, [&](long image, long index, long at) {
    T* q = scratch<T>(0, 5 * head.sizeOfRows() + head.sizeOfScores());
    T* k = q + head.sizeOfRows();
    T* v = k + head.sizeOfRows();
    T* keys = v + head.sizeOfRows();
    T* values = keys + head.sizeOfRows();
    T* weights = values + head.sizeOfRows();
    float* scores = scratch<float>(1, head.sizeOfScores() + head.sizeOfRows());
    float* result = scores + head.sizeOfScores();
    gather(head, qkv + at, stride, q);
    gather(head, qkv + at + s.channels(), stride, k);
    gather(head, qkv + at + 2 * s.channels(), stride, v);
    turn(head, k, keys);
    multiply(head.rows, head.columns, head.depth / group, q, {head.depth, group}, keys, scores);
    softmax(head, scores, sums + (image * s.heads + index) * s.tokens);
    multiply(head.rows, head.depth, head.groupsOfTokens(), narrowed(head, scores, weights), {head.columns, group},
             grouped(head, v, head.depth, values), result);
    scatter(head, result, s.channels(), output + image * s.tokens * s.channels() + index * s.depth);
  });
}

template <typename T>
void attentionGradient(const AttentionShape& s, const T* dy, const T* qkv, const float* sums, T* dqkv) {
  const Head<T> head(s);
  const long stride = 3 * s.channels(), group = head.group;
  const StridesOfA along = {head.columns, group}, across = {group, head.columns * group};
  forEachHead(s, [&](long image, long index, long at) {
    T* q = scratch<T>(0, 6 * head.sizeOfRows() + head.sizeOfScores());
    T* k = q + head.sizeOfRows();
    T* v = k + head.sizeOfRows();
    T* delta = v + head.sizeOfRows();
    T* turned = delta + head.sizeOfRows();
    T* operand = turned + head.sizeOfRows();
    T* factors = operand + head.sizeOfRows();
    float* weights = scratch<float>(1, 2 * head.sizeOfScores() + head.sizeOfRows());
    float* gradients = weights + head.sizeOfScores();
    float* result = gradients + head.sizeOfScores();
    gather(head, qkv + at, stride, q);
    gather(head, qkv + at + s.channels(), stride, k);
    gather(head, qkv + at + 2 * s.channels(), stride, v);
    gather(head, dy + image * s.tokens * s.channels() + index * s.depth, s.channels(), delta);
    turn(head, k, turned);
    multiply(head.rows, head.columns, head.depth / group, q, {head.depth, group}, turned, weights);
    softmaxAgain(head, weights, sums + (image * s.heads + index) * s.tokens);
    turn(head, v, turned);
    multiply(head.rows, head.columns, head.depth / group, delta, {head.depth, group}, turned, gradients);
    softmaxGradient(head, weights, gradients);
    const auto overTokens = [&](const T* a, StridesOfA as, const T* b, T* to) {
      multiply(head.rows, head.depth, head.groupsOfTokens(), a, as, grouped(head, b, head.depth, operand), result);
      scatter(head, result, stride, to);
    };
    overTokens(grouped(head, weights, head.columns, factors), across, delta, dqkv + at + 2 * s.channels());
    overTokens(narrowed(head, gradients, factors), along, k, dqkv + at);
    overTokens(grouped(head, gradients, head.columns, factors), across, q, dqkv + at + s.channels());
  });
}

template void attention(const AttentionShape&, const float*, float*, float*);
template void attentionGradient(const AttentionShape&, const float*, const float*, const float*, float*);
#if defined(GANBENCH_BFLOAT16)
template void attention(const AttentionShape&, const bfloat16*, bfloat16*, float*);
template void attentionGradient(const AttentionShape&, const bfloat16*, const bfloat16*, const float*, bfloat16*);
#endif

}  // namespace ganbench
