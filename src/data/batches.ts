import type { RandomSource, Split } from './dataset.js';
import { IMAGE_BYTES, IMAGE_SIZE, type Normalization } from './formats.js';

/** Pixels of padding on each side before the random crop. */
const PADDING = 4;
const OFFSETS = 2 * PADDING + 1;
const LEVELS = 256;

/** A normalized batch: images [B, 32, 32, 3] and class ids [B]. */
export interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

export interface BatchOptions {
  /** `crop-flip`: random 32 x 32 crop from 4-pixel zero padding, then a horizontal flip with probability 1/2. */
  readonly augmentation: 'crop-flip' | 'none';
  readonly normalization: Normalization;
  /** Drawn from three times an image (crop row, crop column, flip) with `crop-flip`, never with `none`. */
  readonly random: RandomSource;
  /** Filled and returned instead of a new batch; must have room for exactly the batch. */
  readonly out?: Batch | undefined;
}

/** The numbers 0 to count - 1 in random order (Fisher-Yates; Durstenfeld 1964). Draws count - 1 numbers. */
export function shuffledOrder(count: number, random: RandomSource): Uint32Array {
  const order = new Uint32Array(count).map((_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/**
 * Gathers, augments and normalizes the images with the given numbers: (pixel / 255 - mean) / std per channel.
 * The padding of the crop is black before normalization, as in torchvision's
 * RandomCrop(32, padding=4), RandomHorizontalFlip(), ToTensor(), Normalize(mean, std).
 *
 * @param indices [B] image numbers in the split
 * @throws {RangeError} when an index is not in the split or `out` has the wrong size
 */
export function assembleBatch(split: Split, indices: ArrayLike<number>, options: BatchOptions): Batch {
  const { random } = options;
  const count = indices.length;
  const batch = options.out ?? { images: new Float32Array(count * IMAGE_BYTES), labels: new Int32Array(count) };
  if (batch.images.length !== count * IMAGE_BYTES || batch.labels.length !== count)
    throw new RangeError(`the output batch has room for ${batch.labels.length} images, not ${count}`);
  const tables = tablesOf(options.normalization);
  for (let slot = 0; slot < count; slot++) {
    const index = indices[slot] ?? -1;
    const label = split.labels[index];
    if (label === undefined) throw new RangeError(`image ${index} of ${split.count}`);
    batch.labels[slot] = label;
    let place: Placement = CENTRE;
    if (options.augmentation === 'crop-flip')
      place = {
        top: Math.floor(random() * OFFSETS) - PADDING,
        left: Math.floor(random() * OFFSETS) - PADDING,
        flip: random() < 0.5,
      };
    placeImage(split.images, index * IMAGE_BYTES, batch.images, slot * IMAGE_BYTES, place, tables);
  }
  return batch;
}

/** Where the crop starts in the unpadded image (-4 to 4), and whether it is mirrored. */
interface Placement {
  readonly top: number;
  readonly left: number;
  readonly flip: boolean;
}

const CENTRE: Placement = { top: 0, left: 0, flip: false };

interface Tables {
  /** [3 x 256]: the normalized value of each byte, for red, green and blue. */
  readonly values: Float32Array;
  /** [32, 32, 3]: a normalized black image. */
  readonly black: Float32Array;
}

// Looking a value up is several times faster than computing it, and the tables are the same for a whole run.
const tablesByNormalization = new WeakMap<Normalization, Tables>();

function tablesOf(normalization: Normalization): Tables {
  const known = tablesByNormalization.get(normalization);
  if (known !== undefined) return known;
  const values = new Float32Array(3 * LEVELS);
  normalization.mean.forEach((mean, channel) => {
    const std = normalization.std[channel] ?? 1;
    for (let level = 0; level < LEVELS; level++) values[channel * LEVELS + level] = (level / 255 - mean) / std;
  });
  const black = Float32Array.from({ length: IMAGE_BYTES }, (_, i) => values[(i % 3) * LEVELS] ?? 0);
  const tables = { values, black };
  tablesByNormalization.set(normalization, tables);
  return tables;
}

function placeImage(
  source: Uint8Array,
  sourceStart: number,
  target: Float32Array,
  targetStart: number,
  { top, left, flip }: Placement,
  { values, black }: Tables,
): void {
  if (top !== 0 || left !== 0) target.set(black, targetStart);
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(IMAGE_SIZE, IMAGE_SIZE - top);
  const firstColumn = Math.max(0, -left);
  const columns = Math.min(IMAGE_SIZE, IMAGE_SIZE - left) - firstColumn;
  const step = flip ? -3 : 3;
  for (let row = firstRow; row < lastRow; row++) {
    const targetColumn = flip ? IMAGE_SIZE - 1 - firstColumn : firstColumn;
    let to = targetStart + (row * IMAGE_SIZE + targetColumn) * 3;
    let from = sourceStart + ((row + top) * IMAGE_SIZE + firstColumn + left) * 3;
    for (const end = from + columns * 3; from < end; from += 3, to += step) {
      target[to] = values[source[from] ?? 0] ?? 0;
      target[to + 1] = values[LEVELS + (source[from + 1] ?? 0)] ?? 0;
      target[to + 2] = values[2 * LEVELS + (source[from + 2] ?? 0)] ?? 0;
    }
  }
}
