#include "amx.h"

#if defined(GANBENCH_AMX)
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "transpose.h"

namespace ganbench::amx {
namespace {

/** Rows of a tile, and groups in a row of it. */
constexpr int kTile = 16;

/** What LDTILECFG reads. */
struct alignas(64) Configuration {
  std::uint8_t palette = 1;
  std::uint8_t start = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t bytesOfRow[16] = {};
  std::uint8_t rows[16] = {};
};

/** How deep the tiles of this thread are, in groups; 0 while it has none. */
thread_local int configured = 0;

/** Tiles 0 to 3 are C, 4 and 5 rows of A, 6 and 7 columns of B. */
void configure(int depth) {
  if (configured == depth) return;
  Configuration tiles;
  for (int tile = 0; tile < 8; tile++) {
    const bool isA = tile == 4 || tile == 5;
    tiles.bytesOfRow[tile] = 4 * (isA ? depth : kTile);
    tiles.rows[tile] = tile < 6 ? kTile : depth;
  }
  _tile_loadconfig(&tiles);
  configured = depth;
}

/** The largest number of groups that divides the steps, so that no tile is left over. */
int depthOf(int steps) {
  int depth = std::min(steps, kTile);
  while (steps % depth != 0) depth--;
  return depth;
}

/** Where a tile lies in memory. */
struct Place {
  const void* from;
  long bytesOfRow;
};

/** A tile of A; where its steps are not neighbours, in `room`, turned. */
Place tileOfA(const Product& p, int row, int step, int depth, std::uint32_t* room) {
  if (p.aStep == 2) return {p.a + row * p.aRow + 2 * step, 2 * p.aRow};
  Vec groups[kLanes] = {};
  for (int k = 0; k < depth; k++) std::memcpy(&groups[k], p.a + row * p.aRow + (step + k) * p.aStep, sizeof(Vec));
  transpose(groups);
  std::memcpy(room, groups, sizeof groups);
  return {room, 4 * kTile};
}

/** C [R * 16, V * 16] from some row on. */
template <int R, int V>
void multiplyTiles(const Product& p, int row, int depth) {
  alignas(64) std::uint32_t rooms[R][kTile * kTile];
  float* const c = p.c + row * p.cRow;
  float* const below = c + kTile * p.cRow;
  const long cRow = sizeof(float) * p.cRow, bRow = sizeof(bfloat16) * p.bRow;
  _tile_zero(0);
  if constexpr (V > 1) _tile_zero(1);
  if constexpr (R > 1) _tile_zero(2);
  if constexpr (R > 1 && V > 1) _tile_zero(3);
  if (p.accumulate) {
    _tile_loadd(0, c, cRow);
    if constexpr (V > 1) _tile_loadd(1, c + kTile, cRow);
    if constexpr (R > 1) _tile_loadd(2, below, cRow);
    if constexpr (R > 1 && V > 1) _tile_loadd(3, below + kTile, cRow);
  }
  for (int step = 0; step < p.steps; step += depth) {
    const bfloat16* b = p.b + step * p.bRow;
    const Place upper = tileOfA(p, row, step, depth, rooms[0]);
    _tile_loadd(4, upper.from, upper.bytesOfRow);
    _tile_loadd(6, b, bRow);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (V > 1) {
      _tile_loadd(7, b + 2 * kTile, bRow);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (R > 1) {
      const Place lower = tileOfA(p, row + kTile, step, depth, rooms[1]);
      _tile_loadd(5, lower.from, lower.bytesOfRow);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (V > 1) _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, c, cRow);
  if constexpr (V > 1) _tile_stored(1, c + kTile, cRow);
  if constexpr (R > 1) _tile_stored(2, below, cRow);
  if constexpr (R > 1 && V > 1) _tile_stored(3, below + kTile, cRow);
}

/** Linux gives a process the unit's registers when it asks for them, its threads with it. */
bool ask() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

bool isAllowed() {
  static const bool allowed = ask();
  return allowed;
}

Scope::~Scope() {
  if (configured == 0) return;
  _tile_release();
  configured = 0;
}

void multiply(const Product& p) {
  const int depth = depthOf(p.steps);
  configure(depth);
  int row = 0;
  for (; row + 2 * kTile <= p.rows; row += 2 * kTile) {
    if (p.width == kTile)
      multiplyTiles<2, 1>(p, row, depth);
    else
      multiplyTiles<2, 2>(p, row, depth);
  }
  if (row == p.rows) return;
  if (p.width == kTile)
    multiplyTiles<1, 1>(p, row, depth);
  else
    multiplyTiles<1, 2>(p, row, depth);
}

}  // namespace ganbench::amx
#endif
