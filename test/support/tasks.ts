import { DATASETS } from '../../src/data/formats.js';
import type { ImageTask } from '../../src/support/images.js';

/** CIFAR's images in so many classes. */
export function cifarTask(classes: number): ImageTask {
  return { image: DATASETS.cifar100.image, classes };
}
