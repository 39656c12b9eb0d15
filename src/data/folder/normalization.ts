import type { ImageShape } from '../../support/images.js';
import type { Normalization } from '../formats.js';

const LEVELS = 256;

/**
 * Mean and standard deviation of each channel over all pixels of images, for pixels in [0, 1]. They come of whole sums
 * over n pixels of levels v, exactly: Σv / n, and √(n·Σv² − (Σv)²) / n. A channel that is everywhere the same has the
 * standard deviation 1, to divide by.
 *
 * @param images [N, height, width, channels] bytes, N at least 1
 */
export function measureNormalization(images: Uint8Array, { channels }: ImageShape): Normalization {
  const counts = new Float64Array(channels * LEVELS);
  for (let value = 0; value < images.length; value += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const place = channel * LEVELS + (images[value + channel] ?? 0);
      counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  const moments = Array.from({ length: channels }, (_, channel) =>
    momentsOf(counts.subarray(channel * LEVELS, (channel + 1) * LEVELS)),
  );
  return { mean: moments.map(({ mean }) => mean), std: moments.map(({ std }) => std) };
}

/** @param counts - [256] how many pixels have each level. */
function momentsOf(counts: Float64Array): { readonly mean: number; readonly std: number } {
  let [pixels, sum, squares] = [0n, 0n, 0n];
  counts.forEach((count, level) => {
    const [n, v] = [BigInt(count), BigInt(level)];
    pixels += n;
    sum += n * v;
    squares += n * v * v;
  });
  const scale = (LEVELS - 1) * Number(pixels);
  const deviation = Math.sqrt(Number(pixels * squares - sum * sum)) / scale;
  return { mean: Number(sum) / scale, std: deviation === 0 ? 1 : deviation };
}
