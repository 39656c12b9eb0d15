// Winograd's minimal filtering along one axis: F(m, 3) gives m outputs of a convolution with three taps by m + 2
// multiplications. Twice, along both axes of a tile, it is F(m x m, 3 x 3) (Lavin and Gray 2015, arXiv 1509.09308).
//
// Inputs, outputs and taps are taken as polynomials and multiplied by their values at m + 2 points, the frequencies;
// each transform is a matrix that stands in its comment. Those of the gradients are the transposed ones.
#pragma once

#include "vector.h"

namespace ganbench {

/** F(2, 3) at 0, 1, -1 and infinity: nothing but sums, which bfloat16 bears. */
struct F2 {
  static constexpr int kOutputs = 2, kInputs = 4;

  /** B' = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1] */
  static void transformInput(const Vec (&d)[4], Vec (&v)[4]) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  }

  /** A' = [1 1 1 0; 0 1 -1 -1] */
  static void transformOutput(const Vec (&m)[4], Vec (&y)[2]) {
    y[0] = m[0] + m[1] + m[2];
    y[1] = m[1] - m[2] - m[3];
  }

  /** A */
  static void transformGradient(const Vec (&dy)[2], Vec (&y)[4]) {
    y[0] = dy[0];
    y[1] = dy[0] + dy[1];
    y[2] = dy[0] - dy[1];
    y[3] = Vec{} - dy[1];
  }

  /** G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1] */
  static void transformKernel(const Vec (&g)[3], Vec (&u)[4]) {
    const Vec sum = 0.5f * (g[0] + g[2]), middle = 0.5f * g[1];
    u[0] = g[0];
    u[1] = sum + middle;
    u[2] = sum - middle;
    u[3] = g[2];
  }

  /** G' */
  static void transformKernelGradient(const Vec (&w)[4], Vec (&g)[3]) {
    const Vec sum = 0.5f * (w[1] + w[2]);
    g[0] = w[0] + sum;
    g[1] = 0.5f * (w[1] - w[2]);
    g[2] = sum + w[3];
  }
};

/**
 * F(4, 3) at 0, a, -a, b, -b and infinity, with a = 5/8 and b = 3/2. Textbooks have 1 and 2, whose rounding errors are
 * twice as large; of the pairs that were tried these are the best whose squares are exact in float32.
 */
struct F4 {
  static constexpr int kOutputs = 4, kInputs = 6;

  /** B' = [a²b² 0 -a²-b² 0 1 0; 0 ∓ab² -b² ±a 1 0; 0 ∓ba² -a² ±b 1 0; 0 a²b² 0 -a²-b² 0 1] */
  static void transformInput(const Vec (&d)[6], Vec (&v)[6]) {
    const Vec evenA = d[4] - bb * d[2], oddA = d[3] - bb * d[1];
    const Vec evenB = d[4] - aa * d[2], oddB = d[3] - aa * d[1];
    v[0] = d[4] - (aa + bb) * d[2] + aa * bb * d[0];
    v[1] = evenA + a * oddA;
    v[2] = evenA - a * oddA;
    v[3] = evenB + b * oddB;
    v[4] = evenB - b * oddB;
    v[5] = d[5] - (aa + bb) * d[3] + aa * bb * d[1];
  }

  /** A' = [1 1 1 1 1 0; 0 a -a b -b 0; 0 a² a² b² b² 0; 0 a³ -a³ b³ -b³ 1] */
  static void transformOutput(const Vec (&m)[6], Vec (&y)[4]) {
    const Vec evenA = m[1] + m[2], oddA = m[1] - m[2];
    const Vec evenB = m[3] + m[4], oddB = m[3] - m[4];
    y[0] = m[0] + evenA + evenB;
    y[1] = a * oddA + b * oddB;
    y[2] = aa * evenA + bb * evenB;
    y[3] = m[5] + a * aa * oddA + b * bb * oddB;
  }

  /** A */
  static void transformGradient(const Vec (&dy)[4], Vec (&y)[6]) {
    const Vec evenA = dy[0] + aa * dy[2], oddA = dy[1] + aa * dy[3];
    const Vec evenB = dy[0] + bb * dy[2], oddB = dy[1] + bb * dy[3];
    y[0] = dy[0];
    y[1] = evenA + a * oddA;
    y[2] = evenA - a * oddA;
    y[3] = evenB + b * oddB;
    y[4] = evenB - b * oddB;
    y[5] = dy[3];
  }

  /** G = [1/a²b² 0 0; p ±pa pa²; q ±qb qb²; 0 0 1] with p = 1 / 2a²(a²-b²) and q = 1 / 2b²(b²-a²) */
  static void transformKernel(const Vec (&g)[3], Vec (&u)[6]) {
    const Vec evenA = p * g[0] + p * aa * g[2], oddA = p * a * g[1];
    const Vec evenB = q * g[0] + q * bb * g[2], oddB = q * b * g[1];
    u[0] = g[0] * (1 / (aa * bb));
    u[1] = evenA + oddA;
    u[2] = evenA - oddA;
    u[3] = evenB + oddB;
    u[4] = evenB - oddB;
    u[5] = g[2];
  }

  /** G' */
  static void transformKernelGradient(const Vec (&w)[6], Vec (&g)[3]) {
    const Vec evenA = p * (w[1] + w[2]), oddA = p * (w[1] - w[2]);
    const Vec evenB = q * (w[3] + w[4]), oddB = q * (w[3] - w[4]);
    g[0] = w[0] * (1 / (aa * bb)) + evenA + evenB;
    g[1] = a * oddA + b * oddB;
    g[2] = w[5] + aa * evenA + bb * evenB;
  }

 private:
  static constexpr float a = 0.625f, b = 1.5f, aa = a * a, bb = b * b;
  static constexpr float p = 1 / (2 * aa * (aa - bb)), q = 1 / (2 * bb * (bb - aa));
};

}  // namespace ganbench
