// Mean and variance of each channel, gathered piece by piece while the values are at hand.
#pragma once

#include <vector>

#include "vector.h"

namespace ganbench {

/** Moments of kLanes channels over a piece of the pixels. */
class PieceMoments {
 public:
  /** @param shift Some value of the piece: squares of deviations from it lose no digits to a large mean. */
  explicit PieceMoments(Vec shift) : shift_(shift) {}

  void add(Vec value) {
    const Vec deviation = value - shift_;
    sum_ += deviation;
    squares_ += deviation * deviation;
  }
  Vec mean(float count) const { return shift_ + sum_ / count; }
  /** Sum of squared deviations from the mean. */
  Vec squares(float count) const { return squares_ - sum_ * sum_ / count; }

 private:
  Vec shift_, sum_ = {}, squares_ = {};
};

/** The moments of all pieces, [pieces] of each channel. */
class ChannelMoments {
 public:
  ChannelMoments(long pieces, long channels)
      : channels_(channels), counts_(pieces), values_(2 * pieces * channels) {}

  /** @param count Pixels of the piece. */
  void put(long piece, long channel, long count, const PieceMoments& moments) {
    counts_[piece] = count;
    float* to = values_.data() + 2 * piece * channels_ + channel;
    store(to, moments.mean(count));
    store(to + channels_, moments.squares(count));
  }

  /** Mean and biased variance [channels] of all pieces, merged in their order (Chan et al. 1979). */
  void merge(float* mean, float* variance) const {
    for (long channel = 0; channel < channels_; channel += kLanes) {
      Vec total = {}, squares = {};
      float seen = 0;
      for (std::size_t piece = 0; piece < counts_.size(); piece++) {
        const float count = counts_[piece], share = count / (seen + count);
        const float* from = values_.data() + 2 * piece * channels_ + channel;
        const Vec deviation = load(from) - total;
        total += deviation * share;
        squares += load(from + channels_) + deviation * deviation * (seen * share);
        seen += count;
      }
      store(mean + channel, total);
      store(variance + channel, squares / seen);
    }
  }

 private:
  long channels_;
  std::vector<long> counts_;
  std::vector<float> values_;
};

}  // namespace ganbench
