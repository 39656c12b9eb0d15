import type { NativePaths } from '../tensor/tensorflow/native-paths.js';
import type { Cache } from './cache.js';
import type { RunCommand } from './command.js';
import type { FreeSpace } from './disk.js';
import type { NvidiaDriver } from './driver.js';
import type { Progress } from './progress.js';
import type { Machine } from './wheels.js';

/** What every way of providing the library works with. */
export interface StrategyTools {
  readonly cache: Cache;
  readonly machine: Machine;
  readonly driver: NvidiaDriver;
  readonly freeSpace: FreeSpace;
  readonly progress: Progress;
  readonly run: RunCommand;
  readonly native: NativePaths;
  /** Folder of package.json. */
  readonly projectFolder: string;
}
