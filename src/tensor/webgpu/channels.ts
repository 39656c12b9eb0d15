import type { Tensor } from '../engine.js';
import type { Kernel } from './program.js';

const WORKGROUP = 256;
/** More parts make those that read them wait, fewer leave a GPU idle. */
const MAXIMUM_PARTS = 64;
/** What is worth a part of its own. */
const ROWS_PER_PART = 128;

/** How the rows of a tensor [rows, C] are shared out; a matter of the shape alone, so that sums are the same each time. */
export interface Extent {
  readonly rows: number;
  readonly channels: number;
  readonly parts: number;
  readonly rowsPerPart: number;
  /** So many that putting the parts together is little beside them. */
  readonly rowsPerReader: number;
}

/** The rows of a tensor are all of its axes but the last. */
export function extentOf(x: Tensor): Extent {
  const channels = x.shape.at(-1) ?? 1;
  const rows = x.size / channels;
  const wanted = Math.min(MAXIMUM_PARTS, Math.ceil(rows / ROWS_PER_PART));
  const rowsPerPart = Math.ceil(rows / wanted);
  const parts = Math.ceil(rows / rowsPerPart);
  return { rows, channels, parts, rowsPerPart, rowsPerReader: Math.max(ROWS_PER_PART, 2 * parts) };
}

/**
 * A group for each block of rows and up to 64 channels. An invocation has one channel, and shares its rows with the
 * other lanes of the group. The text has {@link PLACES} to begin with.
 */
export function sharedOut(
  { rows, channels, parts, rowsPerPart }: Extent,
  rowsPerBlock: number,
): Pick<Kernel, 'sizes' | 'counts' | 'workgroups' | 'workgroupSize'> {
  const width = [16, 32].find((columns) => channels <= columns) ?? 64;
  const blocks = Math.ceil(rows / rowsPerBlock);
  const across = Math.ceil(channels / width);
  return {
    sizes: { WIDTH: width, LANES: WORKGROUP / width },
    counts: { rows, channels, parts, rowsPerPart, blocks, rowsPerBlock, across },
    workgroups: blocks * across,
    workgroupSize: WORKGROUP,
  };
}

/** Which rows and channel an invocation has, and sums over the lanes of its channel. */
export const PLACES = `
  struct Place {
    channel : u32,
    // Whether there is such a channel.
    inside : bool,
    lane : u32,
    local : u32,
    block : u32,
    // The first of the lane's rows; from one to the next it is LANES.
    row : u32,
    start : u32,
    end : u32,
  }

  fn placeOf(index : u32) -> Place {
    let local = index % WORKGROUP;
    let group = index / WORKGROUP;
    let channel = group % uniforms.across * WIDTH + local % WIDTH;
    let lane = local / WIDTH;
    let block = group / uniforms.across;
    // There may be more groups than blocks.
    let start = min(block * uniforms.rowsPerBlock, uniforms.rows);
    let end = min(start + uniforms.rowsPerBlock, uniforms.rows);
    return Place(channel, channel < uniforms.channels, lane, local, block, start + lane, start, end);
  }

  // Whether the invocation writes what its block has found of its channel.
  fn speaks(place : Place) -> bool {
    return place.inside && place.lane == 0u && place.block < uniforms.blocks;
  }

  var<workgroup> lanes : array<f32, WORKGROUP>;

  fn overLanes(place : Place, value : f32) -> f32 {
    workgroupBarrier();
    lanes[place.local] = value;
    for (var reach = LANES / 2u; reach > 0u; reach /= 2u) {
      workgroupBarrier();
      if (place.lane < reach) { lanes[place.local] += lanes[place.local + reach * WIDTH]; }
    }
    workgroupBarrier();
    return lanes[place.local % WIDTH];
  }`;
