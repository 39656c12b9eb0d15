import type { ImageShape } from '../support/images.js';
import { valuesOf } from '../support/images.js';
import type { RandomSource, Split } from './dataset.js';
import type { Normalization } from './formats.js';

/** Pixels of padding on each side before the random crop. */
const PADDING = 4;
const OFFSETS = 2 * PADDING + 1;
const LEVELS = 256;

/** A normalized batch. */
export interface Batch {
  /** Size of every image. */
  readonly image: ImageShape;
  /** [B, height, width, channels] */
  readonly images: Float32Array;
  /** [B] class ids */
  readonly labels: Int32Array;
}

export interface BatchOptions {
  /** Size of the split's images, and of the batch's. */
  readonly image: ImageShape;
  /** `crop-flip`: random crop of the image's own size from 4-pixel zero padding, then a horizontal flip with probability 1/2. */
  readonly augmentation: 'crop-flip' | 'none';
  readonly normalization: Normalization;
  /** Drawn from three times an image (crop row, crop column, flip) with `crop-flip`, never with `none`. */
  readonly random: RandomSource;
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
 * RandomCrop(size, padding=4), RandomHorizontalFlip(), ToTensor(), Normalize(mean, std).
 *
 * @param indices [B] image numbers in the split
 * @throws {RangeError} when an index is not in the split
 */
export function assembleBatch(split: Split, indices: ArrayLike<number>, options: BatchOptions): Batch {
  const { image, random } = options;
  const size = valuesOf(image);
  const count = indices.length;
  const batch = { image, images: new Float32Array(count * size), labels: new Int32Array(count) };
  const tables = tablesOf(options.normalization, image);
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
    const source = split.images.subarray(index * size, (index + 1) * size);
    placeImage(source, batch.images.subarray(slot * size, (slot + 1) * size), image, place, tables);
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
  /** [channels x 256]: the normalized value of each byte. */
  readonly values: Float32Array;
  /** [height, width, channels]: a normalized black image. */
  readonly black: Float32Array;
}

// Looking a value up is several times faster than computing it, and the tables are the same for a whole run.
const tablesByNormalization = new WeakMap<Normalization, Tables>();

function tablesOf(normalization: Normalization, image: ImageShape): Tables {
  const size = valuesOf(image);
  const known = tablesByNormalization.get(normalization);
  if (known?.black.length === size) return known;
  const { channels } = image;
  const { mean: means, std: stds } = normalization;
  if (means.length !== channels || stds.length !== channels)
    throw new RangeError(`a normalization of ${means.length} channels for images of ${channels}`);
  const values = new Float32Array(channels * LEVELS);
  means.forEach((mean, channel) => {
    const std = stds[channel] ?? 1;
    for (let level = 0; level < LEVELS; level++) values[channel * LEVELS + level] = (level / 255 - mean) / std;
  });
  const black = Float32Array.from({ length: size }, (_, i) => values[(i % channels) * LEVELS] ?? 0);
  const tables = { values, black };
  tablesByNormalization.set(normalization, tables);
  return tables;
}

/** Both images are [height, width, channels]. */
function placeImage(
  source: Uint8Array,
  target: Float32Array,
  { height, width, channels }: ImageShape,
  { top, left, flip }: Placement,
  { values, black }: Tables,
): void {
  if (top !== 0 || left !== 0) target.set(black);
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(height, height - top);
  const firstColumn = Math.max(0, -left);
  const columns = Math.min(width, width - left) - firstColumn;
  const step = flip ? -channels : channels;
  const targetColumn = flip ? width - 1 - firstColumn : firstColumn;
  for (let row = firstRow; row < lastRow; row++) {
    const start = ((row + top) * width + firstColumn + left) * channels;
    const end = start + columns * channels;
    for (let channel = 0; channel < channels; channel++) {
      let to = (row * width + targetColumn) * channels + channel;
      for (let from = start + channel; from < end; from += channels, to += step)
        target[to] = values[channel * LEVELS + (source[from] ?? 0)] ?? 0;
    }
  }
}
