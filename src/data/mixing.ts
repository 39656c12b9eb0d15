import { randomBeta } from 'd3-random';
import type { ImageShape } from '../support/images.js';
import { valuesOf } from '../support/images.js';
import { type Batch, shuffledOrder } from './batches.js';
import type { RandomSource } from './dataset.js';

/** The parameter of the symmetric Beta(beta, beta) distribution that each method draws its ratio from. */
export interface MixingOptions {
  readonly cutmix?: number | undefined;
  readonly mixup?: number | undefined;
}

/** The loss of a mixed batch is lambda * loss(labels) + (1 - lambda) * loss(labelsB). */
export interface Mixture {
  /** [B] class ids of the images mixed in. */
  readonly labelsB: Int32Array;
  /** The share of the batch's own images, in [0, 1]. */
  readonly lambda: number;
}

/**
 * Mixes every image of a batch, in place, with another one of the batch (a random permutation):
 * CutMix pastes a box of the other image (Yun et al. 2019, arXiv 1905.04899, with the box of the reference code and
 * lambda corrected to the exact share of pixels kept); mixup blends both (Zhang et al. 2018, arXiv 1710.09412).
 * Every batch is mixed. With both set, each batch takes one of them with probability 1/2, as timm does.
 * With neither, nothing is drawn or changed and lambda is 1.
 *
 * Numbers are drawn in this order: the method (only with both), lambda, the permutation, the centre of the box.
 *
 * @param batch its images are changed in place
 */
export function mixBatch(
  { image, images, labels }: Batch,
  { cutmix, mixup }: MixingOptions,
  random: RandomSource,
): Mixture {
  const size = valuesOf(image);
  if (images.length !== labels.length * size)
    throw new RangeError(`${labels.length} labels for ${images.length / size} images`);
  const cut = cutmix !== undefined && (mixup === undefined || random() < 0.5);
  const beta = cut ? cutmix : mixup;
  if (beta === undefined) return { labelsB: labels.slice(), lambda: 1 };
  const drawn = randomBeta.source(random)(beta, beta)();
  const partners = shuffledOrder(labels.length, random);
  const labelsB = Int32Array.from(partners, (partner) => labels[partner] ?? 0);
  if (cut) return { labelsB, lambda: pasteBoxes(images, image, partners, drawBox(image, drawn, random)) };
  blend(images, size, partners, drawn);
  return { labelsB, lambda: drawn };
}

/** Rows and columns of a box; the ends are exclusive. */
interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The box of CutMix's reference code: sides sqrt(1 - lambda) of the image's, a uniform centre, cut at the edges. */
function drawBox({ height, width }: ImageShape, lambda: number, random: RandomSource): Box {
  const share = Math.sqrt(1 - lambda);
  const halfWidth = Math.floor(Math.floor(width * share) / 2);
  const halfHeight = Math.floor(Math.floor(height * share) / 2);
  const column = Math.floor(random() * width);
  const row = Math.floor(random() * height);
  return {
    top: Math.max(0, row - halfHeight),
    bottom: Math.min(height, row + halfHeight),
    left: Math.max(0, column - halfWidth),
    right: Math.min(width, column + halfWidth),
  };
}

/** Returns the share of pixels that stay each image's own. */
function pasteBoxes(
  images: Float32Array,
  { height, width, channels }: ImageShape,
  partners: Uint32Array,
  box: Box,
): number {
  const original = images.slice();
  const size = height * width * channels;
  partners.forEach((partner, image) => {
    for (let row = box.top; row < box.bottom; row++) {
      const left = (row * width + box.left) * channels;
      const right = (row * width + box.right) * channels;
      const start = partner * size;
      images.set(original.subarray(start + left, start + right), image * size + left);
    }
  });
  return 1 - ((box.bottom - box.top) * (box.right - box.left)) / (height * width);
}

function blend(images: Float32Array, size: number, partners: Uint32Array, lambda: number): void {
  const original = images.slice();
  partners.forEach((partner, image) => {
    let other = partner * size;
    for (let own = image * size, end = own + size; own < end; own++, other++)
      images[own] = lambda * (images[own] ?? 0) + (1 - lambda) * (original[other] ?? 0);
  });
}
