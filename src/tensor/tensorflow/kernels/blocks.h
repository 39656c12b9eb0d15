// How the tiles of all images are cut into blocks.
#pragma once

#include <algorithm>

#include "gemm.h"
#include "tiles.h"

namespace ganbench {

/** Consecutive rows of tiles that are worked on together, so that their transforms stay in a core's cache. */
template <typename F>
struct Blocks {
  long rowTiles;      // tiles of a row
  long rows;          // rows of tiles in all images
  long rowsPerBlock;
  long count;

  Blocks(const Convolution& s, long tiles)
      : rowTiles(s.w / F::kOutputs),
        rows(s.n * (s.h / F::kOutputs)),
        rowsPerBlock(std::max(1L, tiles / rowTiles)),
        count((rows + rowsPerBlock - 1) / rowsPerBlock) {}

  long first(long block) const { return block * rowsPerBlock; }
  long rowsOf(long block) const { return std::min(rowsPerBlock, rows - first(block)); }
  long tilesOf(long block) const { return rowsOf(block) * rowTiles; }
  /** Room for tiles of a block, so that the product needs no remainder. */
  long room() const { return roundUp(rowsPerBlock * rowTiles, kRowUnit); }
};

/** Whether tiles may have 4 x 4 outputs, which takes the fewest multiplications. */
inline bool suitsF4(const Convolution& s) { return s.h % F4::kOutputs == 0 && s.w % F4::kOutputs == 0; }

/** Planes are kept apart by a line of the cache: powers of two would all fall on the same lines. */
inline TileLayout layoutOf(long room, long channels) { return {room * channels + kLanes, channels}; }

}  // namespace ganbench
