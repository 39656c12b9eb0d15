import { median } from 'd3-array';
import { count } from '../support/text.js';
import type { Group } from './groups.js';

/** How fast the runs of a group were, over all epochs of its finished seeds; medians, for single epochs may be disturbed. */
export interface Speed {
  readonly group: Group;
  readonly imagesPerSecond: number | undefined;
  /** Training and evaluation. */
  readonly epochSeconds: number | undefined;
  /** What other processes had of the processors, in [0, 1]; undefined where it was not noted. */
  readonly othersShare: number | undefined;
  /** The processors that they were made on. */
  readonly processors: readonly string[];
}

/** The speed of a group. It is of the machine as much as of the method. */
export function speedOf(group: Group): Speed {
  const rows = group.runs.flatMap(({ metrics }) => metrics);
  return {
    group,
    imagesPerSecond: median(rows, (row) => row.images_per_second),
    epochSeconds: median(rows, (row) => row.epoch_seconds),
    othersShare: median(rows, (row) => row.others_share),
    processors: [
      ...new Set(group.runs.flatMap(({ manifest }) => (manifest ? [processorOf(manifest.machine)] : []))),
    ].sort(),
  };
}

/** A processor in words. */
export function processorOf({
  cpuModel,
  cpuCores,
}: {
  readonly cpuModel: string;
  readonly cpuCores: number;
}): string {
  return `${cpuModel}, ${count(cpuCores, 'core')}`;
}
